/** The cards about the person, never an answer: what they agree to, their address, and who they are elsewhere. */

import { sheet } from './style.js';
import style from './optin.css';
import { optin as english } from './words/en.js';

/** @type {CSSStyleSheet|undefined} */
let look;

/**
 * @param {ShadowRoot} root  gets the style sheet of these kinds
 * @param {typeof import('./words/en.js')|undefined} spoken  the texts, when they are not English
 * @param {Record<string, any>} step  ends on the address card's own thanks, when that was taken
 * @param {import('./fields.js').Deliver} deliver
 * @returns {import('./panel.js').Kinds}
 */
export function optin(root, spoken, step, deliver) {
  const words = spoken?.optin ?? english;
  /** What the consent card was given, until the address goes out with it. @type {{topics: string[], consents: object[]}} */
  let agreed = { topics: [], consents: [] };
  root.adoptedStyleSheets.push(look ??= sheet(style));

  /** @param {import('./panel.js').Tools} tools @param {string} text @param {string} [to] */
  const rather = ({ choice }, text, to) => Object.assign(choice([text], null, to), { className: 'quiet' });

  return {
    consent: (card, tools) => {
      const { boxes, topics, privacy, no } = card;
      const { make } = tools;
      const fieldset = make('fieldset', { hidden: true }, make('legend', {}, topics?.label), ...(topics?.options ?? []).map((/** @type {any} */ { key, text }) =>
        make('label', {}, make('input', { type: 'radio', name: 'topic', value: key, checked: key == 'product' }), text)));
      /** @type {HTMLInputElement[]} */
      const ticks = boxes.map((/** @type {any} */ { purpose }) => make('input', {
        type: 'checkbox',
        onchange: (/** @type {any} */ { target }) => purpose == 'news' && (fieldset.hidden = !topics || !target.checked),
      }));
      return [
        [
          ...boxes.flatMap((/** @type {any} */ { purpose, text }, /** @type {number} */ i) => [make('label', {}, ticks[i], text), purpose == 'news' && fieldset]),
          /^https?:/.test(privacy?.url) && make('a', { href: privacy.url, target: '_blank', rel: 'noopener' }, privacy.text),
        ],
        () => {
          const consents = boxes.filter((/** @type {any} */ _, /** @type {number} */ i) => ticks[i].checked)
            .map((/** @type {any} */ { purpose, text_id }) => ({ purpose, text: text_id }));
          if (!consents[0]) throw words.tick.replace('{no}', () => no);
          /** @type {HTMLInputElement|null} */
          const topic = fieldset.querySelector(':checked');
          agreed = { topics: topic && !fieldset.hidden ? [topic.value] : [], consents };
          return null;
        },
        rather(tools, no, step.cards[step.cards.indexOf(card) + 2]?.key ?? 'end'),
      ];
    },

    address: ({ label, placeholder = '', sent }, tools) => {
      const { make, uuid } = tools;
      const shown = performance.now();
      const input = make('input', { type: 'email', id: 'address', name: 'email', autocomplete: 'email', inputMode: 'email', dir: 'ltr', placeholder });
      const trap = make('input', { name: 'website', tabIndex: -1, autocomplete: 'off' });
      let [id, tried] = ['', ''];
      return [
        [make('label', { className: 'above', htmlFor: 'address' }, label), input, make('div', { className: 'nobody', ariaHidden: 'true' }, trap)],
        async () => {
          const address = input.value.trim();
          if (!address) throw words.address;
          if (address != tried) [id, tried] = [uuid(), address]; // the same once more is the same; another is another
          const { detail } = await deliver(tools, 'opt-ins', {
            id, address, ...agreed, locale: step.locale, website: trap.value, took_ms: Math.round(performance.now() - shown),
            gpc: /** @type {any} */ (navigator).globalPrivacyControl === true,
          }, 'address');
          step.thanks = sent ?? detail;
          return null;
        },
        rather(tools, tools.words.skip),
      ];
    },

    profile: ({ title, placeholder = '', show_text, required }, tools) => {
      const { make, uuid } = tools;
      const input = make('input', { ariaLabel: title, placeholder, inputMode: 'url', autocomplete: 'url', autocapitalize: 'off' });
      return [[input, show_text && make('p', {}, show_text)], async () => {
        const text = input.value.trim();
        if (!text) return required ? undefined : null;
        await deliver(tools, 'profile-links', { id: uuid(), url: /^[a-z]+:/i.test(text) ? text : `https://${text}` }, 'url');
        return null;
      }];
    },
  };
}

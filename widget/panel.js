/** The panel: one question after the other, inline below the button, and a word of thanks. */

import { sheet } from './style.js';
import { panel as english } from './words/en.js';
import style from './panel.css';

/** @typedef {{close: () => void}} Panel */
/** @typedef {import('./main.js').Face} Face */
/** @typedef {Record<string, any>} Card  as the collector sends it */

/**
 * @typedef {object} Tools  what a kind of card is made with
 * @property {typeof make} make
 * @property {typeof english} words
 * @property {(content: any[], value?: any, to?: string) => HTMLElement} choice  a button that is an answer
 * @property {(card: Card) => [HTMLElement, () => any]} other  the field for a free answer, and what reads it
 * @property {(path: string, body: object) => Promise<{status: number, answer: any}>} send  a call of its own about this like
 * @property {() => string} uuid
 *
 * @typedef {any[]} Nodes
 * @typedef {() => any} Read  undefined when nothing was given, null when there is nothing to give; throws a sentence
 * @typedef {Record<string, (card: Card, tools: Tools) => [Nodes, Read?, (HTMLElement|false)?]>} Kinds
 *   without Read, the choices answer; the element stands beside the button that sends, for those who would rather not
 */

/** @type {CSSStyleSheet|undefined} */
let look;

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag @param {object} properties @param {any[]} children @returns {HTMLElementTagNameMap[T]}
 */
function make(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children.filter(Boolean));
  return made;
}

/** The plainest kinds; the others are in fields.js and optin.js. @type {Kinds} */
const plain = {
  single: ({ options }, { choice }) => [options.map((/** @type {any} */ { key, text, next }) => choice([text], key, next))],
  yes_no: ({ yes, no, next_yes, next_no }, { choice }) => [[choice([yes], true, next_yes), choice([no], false, next_no)]],
  statement: () => [[], () => null],
  text: ({ title, placeholder = '', max = 2000 }) => {
    const area = make('textarea', { ariaLabel: title, placeholder, rows: 3, maxLength: max });
    return [[area], () => area.value.trim() || undefined];
  },
};

/**
 * Opens the next step below the button of `face`.
 * @param {Face} face
 * @param {Record<string, any>} step
 * @param {object} tools
 * @param {Map<string, Face>} tools.faces
 * @param {import('./send.js').Outbox} tools.post
 * @param {(path: string, body: object) => Promise<{status: number, answer: any}>} tools.call
 * @param {(face: Face, name: string, detail: object) => boolean} tools.tell
 * @param {(locale: string) => Promise<any>} tools.speak
 * @param {(name: string) => Promise<any>} tools.load
 * @param {() => string} tools.uuid
 */
export async function open(face, step, { faces, post, call, tell, speak, load, uuid }) {
  const { root, button, product } = face;
  const { cards = [], prompt, version, locale = '', dir = '' } = step;
  /** @type {string[]} */
  const types = cards.map((/** @type {Card} */ { type }) => type);
  // All that is missing is asked for at once: `fields` will find the other here.
  const more = types.some(type => !plain[type]) && load('fields');
  if (/consent|profile/.test(`${types}`)) load('optin');
  const spoken = await speak(locale);
  const late = await more;
  if (!face.liked) return; // taken back in the meantime
  for (const one of faces.values()) one.panel?.close();
  const words = { ...english, ...spoken?.panel };
  /** @type {Kinds} */
  const kinds = { ...plain, ...await late?.fields?.(root, spoken, step, load) };
  const [flow, sheetId] = [uuid(), uuid()];
  const ended = new AbortController();
  /** @type {Record<string, any>} */
  const answers = {};
  let seen = false;
  let finished = !cards[0];

  const title = make('h2', { part: 'title', tabIndex: -1 });
  let body = make('div', {});
  const section = make('section', { role: 'group', part: 'panel', lang: locale, dir }, title, body,
    make('button', { part: 'close', ariaLabel: words.close, onclick: close }, '×'));

  /** @param {'shown'|'dismissed'} event */
  const told = event => prompt && post.add('shown', product.key, face.like, { id: flow, prompt, version, event });

  function close() {
    ended.abort();
    watcher.disconnect();
    if (seen && !finished) told('dismissed');
    if (section.contains(root.activeElement)) button.focus();
    section.remove();
    root.adoptedStyleSheets = [root.adoptedStyleSheets[0]];
    face.panel = undefined;
  }

  /** A heading and what is below it; the focus follows when it was here. @param {string} heading @param {any[]} children */
  function show(heading, ...children) {
    const here = section.contains(root.activeElement);
    title.textContent = section.ariaLabel = heading;
    body.replaceWith(body = make('div', {}, ...children));
    if (here) title.focus();
  }

  /** Keeps an answer, and goes where it leads. @param {Card} card @param {any} [value] @param {string} [to] */
  function answer(card, value, to = card.next) {
    const next = cards[to ? cards.findIndex((/** @type {Card} */ one) => one.key === to) : cards.indexOf(card) + 1];
    if (value != null) answers[card.key] = value;
    finished = !next;
    const said = { prompt, version, answers: { ...answers }, done: finished };
    if (Object.keys(answers)[0] && (value != null || finished) && tell(face, 'answer', said)) {
      post.add('answers', product.key, face.like, { id: sheetId, ...said });
    }
    if (next) ask(next);
    else show(step.thanks ?? words.thanks);
  }

  /** @param {Card} card */
  function ask(card) {
    const { type, help, required, submit, other } = card;
    const problem = make('p', { role: 'alert' });
    const send = make('button', { part: 'send' }, submit ?? words.next);
    let busy = false;
    /** @type {Tools} */
    const tools = {
      make,
      words,
      choice: (content, value, to) => make('button', { type: 'button', part: 'choice', onclick: () => answer(card, value, to) }, ...content),
      other: ({ other: { text, placeholder = text } }) => {
        const input = make('input', { ariaLabel: text, placeholder });
        return [input, () => input.value.trim() ? { other: input.value.trim() } : undefined];
      },
      send: (path, body) => call(path, { like: face.like, ...body }),
      uuid,
    };
    if (!kinds[type]) return answer(card); // a card of a newer collector
    let [nodes, read, skip] = kinds[type](card, tools);
    skip ??= !read && !required && Object.assign(tools.choice([words.skip]), { className: 'quiet' });
    const row = make('div', { className: 'row' },
      cards[1] && make('span', { className: 'ends', dir: 'auto' }, words.of.replace('{n}', `${cards.indexOf(card) + 1}`).replace('{all}', cards.length)),
      skip, read && send);

    /** The choice "other" becomes a field. @param {Event} event */
    function reveal({ target }) {
      const [input, written] = tools.other(card);
      read = written;
      /** @type {Element} */ (target).replaceWith(input);
      row.append(send);
      input.focus();
    }

    /** @param {Event} event */
    async function onsubmit(event) {
      event.preventDefault();
      if (busy) return;
      busy = true;
      problem.textContent = '';
      try {
        const value = await read?.();
        if (value === undefined && required) throw words.missing;
        answer(card, value);
      } catch (sentence) {
        problem.textContent = `${sentence}`;
      }
      busy = false;
    }

    show(card.title, help && make('p', {}, help), make('form', { noValidate: true, onsubmit }, ...nodes,
      other && !read && Object.assign(tools.choice([other.text]), { onclick: reveal }), problem, row));
  }

  const watcher = new IntersectionObserver(([{ isIntersecting }]) => {
    if (seen || !isIntersecting) return;
    seen = true;
    told('shown');
  }, { threshold: .5 });

  // What is done here is not meant for the page's shortcuts, nor for the card around it, which may be a link.
  section.onclick = event => {
    event.stopPropagation();
    if (!(/** @type {Element} */ (event.target).closest('a,label,[part=send]'))) event.preventDefault();
  };
  root.addEventListener('keydown', event => {
    event.stopPropagation();
    if (/** @type {KeyboardEvent} */ (event).key === 'Escape') close();
  }, { signal: ended.signal });
  root.adoptedStyleSheets.push(look ??= sheet(style));
  root.append(section);
  if (cards[0]) ask(cards[0]);
  else show(step.text ?? step.thanks ?? words.thanks, /^https?:/.test(step.url) && make('a', { href: step.url }, words.next));
  watcher.observe(section);
  face.panel = { close };
  // Only a focus that has not moved on may be taken along.
  if (root.activeElement === button) title.focus();
  face.say(finished ? title.textContent ?? '' : words.opened);
}

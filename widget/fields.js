/** The kinds of card that need more: numbers in a row, several choices, pictures, amounts; and the way to those that are no answer. */

import { sheet } from './style.js';
import style from './fields.css';
import { fields as english } from './words/en.js';

/** @typedef {import('./panel.js').Card} Card */
/** @typedef {import('./panel.js').Tools} Tools */
/** @typedef {import('./panel.js').Kinds} Kinds */

/** @type {CSSStyleSheet|undefined} */
let look;

let words = english;

/** "12.50" out of what people write: 12,5 · 1.299,00 · 150.000 · ١٢٫٥. @param {string} text @returns {string|undefined} */
export function amount(text) {
  const plain = text.replace(/[٠-٩۰-۹]/g, digit => `${digit.charCodeAt(0) & 15}`).replace(/[^\d.,٫٬]/g, '');
  const [, whole, cents] = /^(\d[\d.,٬]*?)(?:[.,٫](\d\d?))?$/.exec(plain) ?? [];
  return whole && whole.replace(/\D/g, '') + (cents ? `.${cents}` : '');
}

/**
 * What is no answer goes by a call of its own.
 * @typedef {typeof deliver} Deliver
 * @param {Tools} tools @param {string} path @param {object} body @param {string} field  what the visitor wrote
 * @returns {Promise<any>} what the collector said; throws a sentence when it did not take it
 */
async function deliver({ send }, path, body, field) {
  const { status, answer } = await send(path, body).catch(() => ({ status: 0, answer: {} }));
  if (status == 202) return answer;
  throw status >= 400 && status < 500 && (answer.errors?.[field] ?? answer.detail) || words.away;
}

/** Boxes to tick, and perhaps a field. @param {Card} card @param {Tools} tools @param {(one: any) => any[]} content @returns {[any[], () => any]} */
function several(card, { make, other }, content) {
  const boxes = card.options.map((/** @type {any} */ { key }) => make('input', { type: 'checkbox', value: key }));
  const [input, written] = card.other ? other(card) : [];
  return [
    [make('div', { className: card.type }, ...card.options.map((/** @type {any} */ one, /** @type {number} */ i) => make('label', {}, boxes[i], ...content(one)))), input],
    () => {
      const values = [...boxes.filter((/** @type {any} */ box) => box.checked).map((/** @type {any} */ box) => box.value), written?.()].filter(Boolean);
      if (card.max && values.length > card.max) throw words.most.replace('{n}', card.max);
      return values.length ? values : undefined;
    },
  ];
}

/**
 * One row, or two when they are many, and four to a row where that is too narrow for a thumb.
 * @param {Card} card @param {Tools} tools @param {number} from @param {number} to @returns {[any[]]}
 */
const scale = ({ low, high }, { make, choice }, from, to) => [[
  make('div', { className: 'scale', style: `--n:${to < 8 ? to : to - from + 2 >> 1}` },
    ...Array.from({ length: to - from + 1 }, (_, i) => choice([`${from + i}`], from + i))),
  make('div', { className: 'row ends' }, low, make('span', {}, high)),
]];

/** @type {Kinds} */
const kinds = {
  rating: (card, tools) => scale(card, tools, 1, Math.min(card.scale, 10)),
  nps: (card, tools) => scale(card, tools, 0, 10),

  multi: (card, tools) => several(card, tools, ({ text }) => [text]),

  pictures: (card, tools) => {
    const { make, choice } = tools;
    /** @param {any} option */
    const picture = ({ image, text }) => [make('img', { src: image, alt: text }), make('span', { ariaHidden: 'true' }, text)];
    return card.multiple ? several(card, tools, picture)
      : [[make('div', { className: 'pictures' }, ...card.options.map((/** @type {any} */ one) => choice(picture(one), one.key, one.next)))]];
  },

  price: ({ title, placeholder = '', currency }, { make }) => {
    const input = make('input', { ariaLabel: title, placeholder, inputMode: 'decimal', autocomplete: 'off' });
    return [[make('div', { className: 'row' }, input, currency)], () => {
      const text = input.value.trim();
      if (text && !amount(text)) throw words.money;
      return text ? { amount: amount(text), currency } : undefined;
    }];
  },
};

/**
 * @param {ShadowRoot} root  gets the style sheet of these kinds
 * @param {typeof import('./words/en.js')|undefined} spoken  the texts, when they are not English
 * @param {Record<string, any>} step
 * @param {(name: string) => Promise<any>} load
 * @returns {Promise<Kinds>}
 */
export async function fields(root, spoken, step, load) {
  words = spoken?.fields ?? english;
  root.adoptedStyleSheets.push(look ??= sheet(style));
  const given = step.cards.some((/** @type {Card} */ { type }) => /consent|profile/.test(type));
  return { ...kinds, ...(given && (await load('optin'))?.optin(root, spoken, step, deliver)) };
}

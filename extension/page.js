/** What the extension's pages share: their words, and the making of what they show. */

import { browser } from './browser.js';
import { settings } from './settings.js';

/** @typedef {typeof import('./words/en.js').default} Words */

const { language: chosen } = await settings();
const spoken = (chosen || browser.i18n.getUILanguage()).slice(0, 2).toLowerCase();
export const language = LANGUAGES.includes(spoken) ? spoken : 'en';

/** @type {Words} */
const words = (await import(`./words/${language}.js`)).default;

/** @param {keyof Words} name @param {Record<string, any>} [given]  what is filled in */
export const say = (name, given) => words[name].replace(/\{(\w+)\}/g, (_, what) => given?.[what]);

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag @param {Record<string, any>} [properties] @param {any[]} children @returns {HTMLElementTagNameMap[T]}
 */
export function make(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children.filter(Boolean));
  return made;
}

/** @param {keyof Words} name @param {() => any} onclick @param {Record<string, any>} [more] */
export const button = (name, onclick, more) => make('button', { type: 'button', onclick, ...more }, say(name));

/** A box that is on or off. @param {string} text @param {Record<string, any>} more */
export function toggle(text, more) {
  const box = make('input', { type: 'checkbox', role: 'switch', ...more });
  return { box, label: make('label', { className: 'switch' }, text, box) };
}

/** A part of a page under its heading. @param {keyof Words} title @param {any[]} children */
export const part = (title, ...children) => make('section', {}, make('h2', {}, say(title)), ...children);

/** The page under its one heading. @param {string} title @param {any[]} children */
export function page(title, ...children) {
  document.documentElement.lang = language;
  document.dir = say('dir');
  document.title = title === NAME ? NAME : `${title} · ${NAME}`;
  document.body.replaceChildren(
    make('header', {}, make('h1', {}, make('img', { src: 'icons/48.png', alt: '', width: 24, height: 24 }), title)),
    make('main', {}, ...children),
  );
}

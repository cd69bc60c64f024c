/** Cards about the person. Firefox lets an extension send what they ask for only once the person has allowed that. */

import { browser } from './browser.js';

/** @typedef {Record<string, any>} Step */

const PERSONAL = /^(consent|address|profile)$/;

/** What Firefox calls it; Chrome has no such thing. */
export const PERMISSION = { data_collection: ['personallyIdentifyingInfo'] };

/** @returns {Promise<boolean|undefined>} whether it may be sent; nothing where the browser does not ask */
export async function given() {
  const { data_collection: all } = await browser.permissions.getAll();
  return all?.includes(PERMISSION.data_collection[0]);
}

/** @param {Step} step */
export const first = ({ cards = [] }) => cards.findIndex((/** @type {any} */ { type }) => PERSONAL.test(type));

/** Whether a card is about the person, or only says what became of one that is. @param {Step} step @returns {(card: any, i: number) => boolean} */
const about = step => ({ type }, i) => PERSONAL.test(type) || type === 'statement' && i > first(step);

/** The step without such cards, ending on a sentence. @param {Step} step @param {string} [later] @returns {Step} */
export function without(step, later) {
  const is = about(step);
  const cards = step.cards.filter((/** @type {any} */ card, /** @type {number} */ i) => !is(card, i));
  const { thanks } = step;
  return { ...step, cards, text: undefined, thanks: later && cards[0] && thanks ? `${thanks} ${later}` : later ?? thanks };
}

/**
 * What is left of a step after the last card that has been passed, where its answer leads; nothing where that asks nothing more.
 * @param {Step} step @param {(card: any) => any} answer  nothing for a card that has not been passed
 * @returns {Step|undefined}
 */
export function left(step, answer) {
  const { cards } = step;
  const last = cards.filter((/** @type {any} */ card) => answer(card) !== undefined).at(-1);
  if (!last) return step;
  const given = answer(last);
  const { next } = (last.options ?? []).find((/** @type {any} */ { key }) => key === given) ?? {};
  const to = (given === true ? last.next_yes : given === false ? last.next_no : next) ?? last.next;
  const more = cards.slice(to ? cards.findIndex((/** @type {any} */ { key }) => key === to) : cards.indexOf(last) + 1);
  return more.some((/** @type {any} */ { type }) => type !== 'statement') ? { ...step, cards: more } : undefined;
}

/** Only such cards, of a step whose questions are answered. @param {Step} step @returns {Step} */
export const rest = step => ({ ...step, prompt: undefined, cards: step.cards.filter(about(step)) });

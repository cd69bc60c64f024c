/** Finds the products that a page names by attributes or in plain JSON-LD, and where on the page each one stands. */

import { address, line, product } from './facts.js';

/** @typedef {import('./facts.js').Product} Product */
/** @typedef {import('./facts.js').Told} Told */

/**
 * @typedef {'append'|'prepend'|'after'|'before'} How  the method of an element that puts the button there
 *
 * @typedef {object} Find
 * @property {Product} product
 * @property {Told} told  all that was said of it
 * @property {Element} at  the element that the button belongs to
 * @property {How} how
 *
 * @typedef {object} Rules  the owner's, for where buttons go
 * @property {string} [target]  selector of the place on the page of one product
 * @property {string} [cardTarget]  and within a card
 * @property {How} [position]  at that place
 * @property {boolean} [pages]  whether a page without a product is liked itself
 *
 * @typedef {object} Mention  one product in a JSON-LD block
 * @property {Told} told
 * @property {boolean} [listed]  one of a list, so never the page's own product
 *
 * @typedef {object} Look  at a page, to be added to
 * @property {Document} doc
 * @property {string|undefined} page  its address
 * @property {Find[]} finds
 * @property {Rules} rules
 * @property {boolean} [broken]  whether a block of JSON-LD was no JSON
 * @property {(told: Told, within?: Element) => void} addMain
 * @property {(told: Told, card: Element) => Promise<void>} addCard  adds at once, and rests after it
 * @property {() => Promise<void>} rest  lets the page move when it has been held up long enough; to be awaited in long loops
 */

export const SLOT = '[data-afterlike-button],afterlike-button,.fb-like:not([data-href*=facebook])';

/** @type {WeakMap<Element, any[]>} */
const born = new WeakMap();

/**
 * Whether an element in the head still speaks of the page that is shown. After a navigation within the page an
 * unchanged canonical link or block is left over from the page before.
 * @param {Element} element @param {string|null} text
 */
export function fresh(element, text) {
  const then = born.get(element);
  // Its place in the history tells a new page from the same one under another address.
  const here = [text, location.pathname + location.search, /** @type {any} */ (window).navigation?.currentEntry?.key ?? {}];
  if (then && then[0] == text) return then[1] == here[1] || then[2] == here[2];
  born.set(element, here);
  return true;
}

/** @param {Element|null|undefined} element */
export const text = element => line(element?.textContent, 300);

/** @param {any} types  one or many, bare or as addresses */
export const isProduct = types => /\bProduct(Group)?\b/.test(types);

/**
 * The products of the page. Explicit attributes are the owner's word: where there are any, nothing else is looked at.
 * @param {Document} doc
 * @param {Rules} rules
 * @param {Look['rest']} rest
 * @param {(name: string) => Promise<typeof import('./read.js')|undefined>} load  `read`, where only that can tell
 * @returns {Promise<Find[]>}
 */
export async function find(doc, rules, rest, load) {
  const base = doc.baseURI;
  const canonical = /** @type {HTMLLinkElement|null} */ (doc.querySelector('link[rel=canonical]'));
  const page = address(canonical && fresh(canonical, canonical.href) && canonical.href, base) || address(doc.URL, base);
  /** @type {Find[]} */
  const finds = [];
  /** Keys of the finds; their places (true), and all that is around these. @type {Map<string|Element, boolean>} */
  const taken = new Map();
  const slots = doc.querySelector(SLOT);

  /** The link that a card is, is in, or holds. @param {Element} card */
  const link = card => address(/** @type {HTMLAnchorElement} */ (card.closest('a[href]') ?? card.querySelector('a[href]'))?.href, base);

  /** One find for a product and for a place. @param {Told} told @param {() => string|undefined} page @param {Element} at @param {How} how */
  const add = (told, page, at, how) => {
    const made = product(told, base, page);
    if (!made || taken.has(made.key) || taken.has(at)) return;
    let one = at;
    // What is around a place is in none itself.
    for (; one && !taken.has(one); one = /** @type {Element} */ (one.parentElement)) taken.set(one, one == at);
    if (taken.get(one)) return;
    taken.set(made.key, true);
    finds.push({ product: made, told, at, how });
  };

  /** Where the owner's rule says, in its slot, else at its end, but never within a link or a button. @param {Told} told @param {Element} card */
  const addCard = (told, card) => {
    const place = rules.cardTarget && card.querySelector(rules.cardTarget);
    const at = place || slots && card.querySelector(SLOT) || card;
    add(told, () => link(card), at, place ? /** @type {How} */ (rules.position) : at.matches('a,button') ? 'after' : 'append');
    return rest();
  };

  /** Where the owner's rule says, in its slot, else under the heading that names it, else under the first, else beside the price. @param {Told} told @param {Element} [within] */
  const addMain = (told, within = doc.body) => {
    const place = rules.target && doc.querySelector(rules.target);
    const slot = within.querySelector(SLOT);
    const named = [...within.querySelectorAll('h1,h2')].find(one => text(one) == line(told.name, 300));
    const at = place || slot || named || within.querySelector('main h1') || within.querySelector('h1') || within.querySelector('[class*=price]:not(header *)');
    add(told, () => page, at ?? within.querySelector('main') ?? within, place ? /** @type {How} */ (rules.position) : !at || at == slot ? 'append' : 'after');
  };

  for (const card of doc.querySelectorAll('[data-afterlike-product],afterlike-button[product]')) {
    /** @type {Told} */
    const told = {};
    // Without “data-”; to go through a dataset is slow.
    for (const { name, value } of card.attributes) told[name.slice(5)] = value;
    told.key = told['afterlike-product'] || told.key || told.ct; // “product”
    told.url = address(told.url, base) ?? link(card) ?? page;
    told.name = told.title || text(card.querySelector('h1,h2,h3,h4,a')) || doc.title;
    await addCard(told, card);
  }
  if (finds[0]) return finds;

  /** @type {Mention[]} */
  const mentions = [];
  let broken;
  for (const block of doc.querySelectorAll('script[type*="ld+json"]')) try {
    if (fresh(block, block.textContent)) inside(JSON.parse(/** @type {string} */ (block.textContent)), false, mentions);
  } catch {
    broken = true; // the next block may say something
  }
  const [one] = mentions;
  const plain = one && !mentions[1] && !one.listed && one.told.offers && !/Group/.test(one.told['@type']);
  if (plain) addMain(one.told);
  if (!plain || doc.querySelectorAll('[itemtype*="/Product"],.fb-like')[1]) {
    await (await load('read'))?.read({ doc, page, finds, rules, addMain, addCard, rest, broken }, plain ? [] : mentions);
  }
  return finds;
}

/**
 * Adds the products in a JSON-LD block to those found.
 * @param {any} node @param {boolean} listed @param {Mention[]} found
 */
export function inside(node, listed, found) {
  if (Array.isArray(node)) for (const one of node) inside(one, listed, found);
  else if (node) if (isProduct(node['@type'])) found.push({ told: node, listed });
  else {
    inside([node['@graph'], node.mainEntity, node.item], listed, found);
    inside(node.itemListElement, true, found);
  }
}

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
  const page = (canonical && fresh(canonical, canonical.href) && address(canonical.href, base)) || address(doc.URL, base);
  /** @type {Find[]} */
  const finds = [];
  /** Keys of the finds; their places (true), and all that is around these. @type {Map<string|Element, boolean>} */
  const taken = new Map();

  /** The link that a card is, is in, or holds. @param {Element} card */
  const link = card => address(/** @type {HTMLAnchorElement} */ (card.closest('a[href]') ?? card.querySelector('a[href]'))?.href, base);

  /** One find for a product and for a place. @param {Told} told @param {string|undefined} page @param {Element} at @param {How} how */
  const add = (told, page, at, how) => {
    const made = product(told, base, page);
    const above = [];
    for (let one = /** @type {Element|null} */ (at); one; one = one.parentElement) above.push(one);
    if (!made || taken.has(made.key) || taken.has(at) || above.some(one => taken.get(one))) return;
    for (const one of [made.key, ...above]) taken.set(one, one == at);
    finds.push({ product: made, told, at, how });
  };

  /** Where the owner's rule says, in its slot, else at its end, but never within a link or a button. @param {Told} told @param {Element} card */
  const addCard = (told, card) => {
    const place = rules.cardTarget && card.querySelector(rules.cardTarget);
    const at = place || card.querySelector(SLOT) || card;
    add(told, link(card), at, place ? /** @type {How} */ (rules.position) : at.matches('a,button') ? 'after' : 'append');
    return rest();
  };

  /** Where the owner's rule says, in its slot, else under the heading that names it, else beside the price. @param {Told} told @param {Element} [within] */
  const addMain = (told, within = doc.body) => {
    const place = rules.target && doc.querySelector(rules.target);
    const slot = within.querySelector(SLOT);
    const headings = [...within.querySelectorAll('main h1'), ...within.querySelectorAll('h1')];
    const at = place || slot || headings.find(one => text(one) == line(told.name, 300)) || headings[0] || within.querySelector('[class*=price]');
    add(told, page, at ?? within.querySelector('main') ?? within, place ? /** @type {How} */ (rules.position) : !at || at == slot ? 'append' : 'after');
  };

  for (const card of doc.querySelectorAll('[data-afterlike-product],afterlike-button[product]')) {
    const { dataset } = /** @type {HTMLElement} */ (card);
    await addCard({
      ...dataset,
      key: dataset.afterlikeProduct || dataset.key || card.getAttribute('product'),
      url: address(dataset.url, base) ?? link(card) ?? page,
      name: dataset.title ?? (text(card.querySelector('h1,h2,h3,h4,a')) || doc.title),
      priceCurrency: dataset.currency,
    }, card);
  }
  if (finds[0]) return finds;

  const mentions = [...doc.querySelectorAll('script[type="application/ld+json"]')].flatMap(block => {
    try {
      return fresh(block, block.textContent) ? inside(JSON.parse(`${block.textContent}`)) : [];
    } catch {
      return []; // a broken block says nothing; the next one may
    }
  });
  const [one] = mentions;
  const plain = one && !mentions[1] && !one.listed && one.told.offers && !/Group/.test(one.told['@type']);
  if (plain) addMain(one.told);
  if (!plain || doc.querySelectorAll('[itemtype*="/Product"],.fb-like')[1]) {
    await (await load('read'))?.read({ doc, page, finds, rules, addMain, addCard, rest }, plain ? [] : mentions);
  }
  return finds;
}

/**
 * The products in a JSON-LD block.
 * @param {any} node @param {boolean} [listed] @returns {Mention[]}
 */
function inside(node, listed) {
  if (Array.isArray(node)) return node.flatMap(one => inside(one, listed));
  if (!node) return [];
  if (isProduct(node['@type'])) return [{ told: node, listed }];
  return [...inside([node['@graph'], node.mainEntity, node.item], listed), ...inside(node.itemListElement, true)];
}

/** Turns what a page says about a product into what the collector accepts: clean values, or none. */

/**
 * @typedef {object} Product
 * @property {string} key  names the product within the site, at most 200 characters
 * @property {string} url  absolute http(s), without tracking
 * @property {string} [title]
 * @property {string} [image]
 * @property {string} [price]  decimal with a point, together with `currency`
 * @property {string} [currency]  ISO 4217
 * @property {string} [category]
 * @property {string} [availability]
 * @property {string} [sku]
 * @property {string} [brand]
 *
 * @typedef {Record<string, any>} Told  what a page says, in schema.org's words, not to be trusted
 */

// Names that only say where a visitor came from; the collector strips the same ones.
const TRACKING = /^(utm_.*|\w+clk?id|[gw]braid|igshid|mc_[ce]id|_g[al]|ref_src)$/i;

// Nothing in it to put right: thousands of a page's links need no parsing.
const CLEAN = /^https?:\/\/[a-z\d.-]+[a-z](:\d+)?(\/(?!\.)[\w.-]*)+$/;

/**
 * An absolute http(s) address; anything else is nothing.
 * @param {any} value @param {string} base @param {boolean} [whole] keep tracking and fragment
 * @returns {string|undefined}
 */
export function address(value, base, whole) {
  if (value?.trim?.()) try {
    if (!CLEAN.test(value)) {
      const url = new URL(value, base);
      if (!whole) {
        // Not by the iterator of searchParams, which Firefox keeps from content scripts. What is a value is no name, and deletes nothing.
        for (const name of url.search.split(/\W/)) if (TRACKING.test(name)) url.searchParams.delete(name);
        if (!/^#!?\//.test(url.hash || '#/')) url.hash = '';
      }
      // The URL standard lets these stand in a query; the collector does not.
      value = url.href.replace(/[\\{}|^`]/g, encodeURIComponent);
    }
    if (/^https?:..[^@/]+\/.{0,1900}$/.test(value)) return value;
  } catch { /* not an address */ }
}

/** The first of one or many. @param {any} value @returns {any} */
export const first = value => Array.isArray(value) ? first(value[0]) : value;

/** A line of well-formed text out of a text, or of a thing that has a name. @param {any} value @param {number} most */
export function line(value, most) {
  const one = first(value);
  if (one == null) return '';
  const text = `${one.name ?? one}`.replace(/^\[object.*|[\s\0]+/g, ' ').trim().slice(0, most);
  return text.toWellFormed?.() ?? text;
}

/**
 * The product that is told of by its names, or nothing when it has no address. A first look at a long list pays for no more.
 * @param {Told} told @param {string} base @param {() => string|undefined} page  its address when it tells none
 * @returns {Product|undefined}
 */
export function product(told, base, page) {
  const url = address(first(told.url ?? first(told.offers)?.url), base) ?? page();
  if (url) return {
    // Without a key of the owner's, the address, as the collector would; of a long one the end tells more than the start.
    key: (line(told.key, 200) || url).slice(-200),
    url,
    title: line(told.name, 300) || undefined,
  };
}

/**
 * All that was said of a product but its availability, which `shown.js` tells.
 * @param {{product: Product, told: Told}} find @returns {Product}
 */
export function whole({ product, told }) {
  const offer = first(told.offers) ?? told;
  const image = first(told.image);
  const price = line(offer.price ?? offer.lowPrice ?? told.price, 20);
  const currency = line(offer.priceCurrency ?? told.priceCurrency ?? told.currency, 9);
  // "1.299" may be one or a thousand, and only the shop knows which.
  const sure = /^\d{1,12}(\.(\d\d?|\d{4,6}))?$/.test(price) && /^[A-Z]{3}$/.test(currency);
  return {
    image: address(image?.url ?? image, document.baseURI, true),
    ...sure && { price, currency },
    category: line(told.category, 200) || undefined,
    sku: line(told.sku, 100) || undefined,
    brand: line(told.brand, 200) || undefined,
    ...product,
  };
}

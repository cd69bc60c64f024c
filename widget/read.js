/**
 * Reads what fewer pages have: variants and lists in JSON-LD, microdata, RDFa, OpenGraph. What says nothing to machines
 * is left to `sight.js`.
 */

import { address, first, line, product } from './facts.js';
import { fresh, inside, isProduct, text } from './find.js';
import { part } from './part.js';

/** @typedef {import('./find.js').Look} Look */
/** @typedef {import('./find.js').Mention} Mention */
/** @typedef {import('./facts.js').Told} Told */
/** @typedef {import('./facts.js').Product} Product */

/** The part that sees what no markup tells; nothing where it does not come. @returns {Promise<typeof import('./sight.js')|undefined>} */
const see = () => part('sight').catch(() => undefined);

/**
 * Adds to a look at the page the products that are told in these ways, and stand on the page.
 * @param {Look} look @param {Mention[]} mentions  the JSON-LD that is not just the page's own product
 */
export async function read(look, mentions) {
  const { doc, finds, addMain } = look;
  let main = !!finds[0] || await jsonLd(look, [...mentions, ...look.broken ? mentioned(doc, true) : []]);
  main = await items(look) || main || openGraph(look);
  // What is marked up as a list is one.
  if (!main && (!finds[2] || /product/.test(meta(doc, 'og:type') ?? ''))) await (await see())?.seen(look, tools, isArticle(doc));
  adopt(look);
  if (look.rules.pages && !finds[0]) addMain({ name: meta(doc, 'og:title') ?? (text(doc.querySelector('h1')) || doc.title), url: look.page, image: meta(doc, 'og:image') });
}

/** @param {Document} doc @param {string} name */
export const meta = (doc, name) => doc.querySelector(`meta:is([property="${name}"],[name="${name}"])`)?.getAttribute('content') || undefined;

/** After a navigation within the page, whether a name in the head is left over from the page before. @param {Document} doc @param {any} name */
function left(doc, name) {
  const [begun] = performance.getEntriesByType('navigation');
  return begun && begun.name.split('#')[0] !== location.href.split('#')[0]
    && !`${doc.title} ${text(doc.querySelector('h1'))}`.includes(line(name, 40));
}

/** Pages that speak of things: what they mention is seldom theirs to sell. @param {Document} doc */
const isArticle = doc => meta(doc, 'og:type') === 'article' || [...doc.querySelectorAll('script[type*="ld+json"]')].some(({ textContent: said }) =>
  said && /"@type":\s*\[?\s*"(\w*(Article|Event|Application)|BlogPosting|Recipe|Review|HowTo|JobPosting|NGO)"/.test(said) && !said.includes('"ItemPage"'));

/* ---- JSON-LD ---- */

/**
 * Every product in JSON-LD; or just those in blocks that are broken in one of the ways that shops break them.
 * @param {Document} doc @param {boolean} [broken] @returns {Mention[]}
 */
function mentioned(doc, broken) {
  /** @type {Mention[]} */
  const found = [];
  for (const block of doc.querySelectorAll('script[type*="ld+json"]')) {
    const json = /** @type {string} */ (block.textContent);
    for (const mend of [false, true]) try {
      const held = JSON.parse(mend ? json.replace(/(\/[/*])?\s*(<!--|-->|<!\[CDATA\[|\]\]>)\s*(\*\/)?/g, '').replace(/[\0-\x1f]+/g, ' ').replace(/\\'/g, "'").replace(/,(?=\s*[}\],])|;\s*$/g, '') : json);
      if (!broken || mend && fresh(block, json)) inside(held, false, found);
      break;
    } catch { /* once more, or it says nothing */ }
  }
  return found;
}

/** @param {Look} look @param {Mention[]} mentions @returns {Promise<boolean>} whether one is the page's own */
async function jsonLd(look, mentions) {
  if (!mentions[0]) return false;
  const { doc, page, addMain } = look;
  await look.rest();
  const all = grouped(mentions);
  for (const one of all) {
    const { name } = one.told;
    if (!name?.at || /[&<]/.test(name)) one.told = { ...one.told, name: plain(line(name, 900)) };
  }
  const titles = [...doc.querySelectorAll('h1')].map(text).filter(Boolean);
  // Who only wants stars in search results calls a company or a page a product too.
  const own = all.filter(({ listed }) => !listed).filter(({ told }) => told.offers || !isArticle(doc) && (!told.aggregateRating || titles.some(one => one.includes(told.name) || told.name.includes(one))));
  const url = (/** @type {Mention} */ one) => product(one.told, doc.baseURI, () => page)?.url;
  const bare = (/** @type {string|undefined} */ url) => url?.split('?')[0];
  const sold = own.filter(({ told }) => told.offers);
  const lead = own[1] ? own.find(one => url(one) === page) ?? own.find(({ told }) => titles.includes(told.name))
    ?? own.find(one => bare(url(one)) === bare(page)) ?? (sold[1] ? undefined : sold[0]) : own[0];
  if (lead) addMain(lead.told);
  else await lists(look, all);
  return !!lead;
}

/** The variants of a group are one product: the group where it is told, else the first of them. @param {Mention[]} mentions */
function grouped(mentions) {
  const variants = mentions.filter(({ told, listed }) => !listed && (told.isVariantOf ?? told.inProductGroupWithID));
  const isGroup = (/** @type {Told} */ told) => /Group/.test(told['@type']);
  const lead = mentions.find(({ told, listed }) => !listed && isGroup(told)) ?? variants[0];
  return mentions.filter(one => one === lead || !variants.includes(one)).map(one => {
    const { told, listed } = one;
    const variant = first(told.hasVariant) ?? {};
    return isGroup(told) || told.hasVariant ? { listed, told: /** @type {Told} */ ({ offers: variant.offers, image: variant.image, sku: told.productGroupID, ...told }) } : one;
  });
}

/**
 * Products that are on the page as links: each in the largest element around its link that holds no other's.
 * One that has no link here has no button here.
 * @param {Look} look @param {Mention[]} mentions
 */
async function lists({ doc, page, addCard, rest }, mentions) {
  /** @type {Map<string|undefined, Element>} */
  const links = new Map();
  const base = doc.baseURI;
  for (const link of doc.querySelectorAll('a[href]')) {
    const url = address(/** @type {HTMLAnchorElement} */ (link).href, base);
    if (!links.has(url) && !link.closest('nav')) links.set(url, link);
    if (links.size % 9 === 0) await rest();
  }
  const found = [];
  for (const { told } of mentions) {
    const url = address(first(told.url ?? first(told.offers)?.url), base);
    const link = url && url !== page && links.get(url);
    if (link) found.push({ told, link });
  }
  const cards = widest(found.map(({ link }) => link));
  for (const { told, link } of found) await addCard(told, inRow(cards.get(link) ?? link));
}

/** The largest element around each of these that holds no other. @param {Element[]} cores @returns {Map<Element, Element>} */
function widest(cores) {
  /** @type {Map<Element, number>} */
  const held = new Map();
  // What holds two is in nothing that holds fewer.
  for (const core of new Set(cores)) for (let one = /** @type {Element|null} */ (core); one && held.get(one) !== 2; one = one.parentElement) held.set(one, (held.get(one) ?? 0) + 1);
  return new Map(cores.map(core => {
    let card = core;
    for (let wider = core.parentElement; wider && held.get(wider) === 1 && !wider.matches('body,main,section,ul,ol,tbody'); wider = wider.parentElement) card = wider;
    return [core, card];
  }));
}

/** A table's row holds nothing but cells. @param {Element} card */
const inRow = card => (card.matches('tr') && card.lastElementChild) || card;

/** @type {Record<string, string>} */
const NAMED = { amp: '&', quot: '"', apos: "'", lt: '<', gt: '>', nbsp: ' ', szlig: 'ß', reg: '®', trade: '™', rsquo: '’', ndash: '–', times: '×', deg: '°', hellip: '…', euro: '€', acute: '\u0301', grave: '\u0300', uml: '\u0308', circ: '\u0302', cedil: '\u0327', tilde: '\u0303', ring: '\u030a' };

const ENTITY = new RegExp(`&([a-z]?)(${Object.keys(NAMED).join('|')});`, 'gi');

/** A text without the HTML that shops leave in JSON. @param {string} said */
export const plain = said => [1, 2].reduce(said => said
  .replace(/&#(x)?([\da-f]{2,4});/gi, (_, hex, code) => String.fromCharCode(parseInt(code, hex ? 16 : 10)))
  .replace(ENTITY, (_, letter, name) => (letter + NAMED[name.toLowerCase()]).normalize()), said)
  .replace(/<\/?\w+[^<>]*>/g, '');

/* ---- microdata and RDFa ---- */

/** What marks an item and a property of it. */
const KINDS = [['itemscope', 'itemtype', 'itemprop'], ['typeof', 'typeof', 'property']];

/** The items that are products, and not properties of others. @param {Document} doc @returns {{at: Element, told: Told, brief: Told}[]} */
export const told = doc => KINDS.flatMap(kind => {
  const [mark, type, property] = kind;
  return [...doc.querySelectorAll(`[${type}*=Product]`)]
    // A related product or a variant is a property of another product.
    .filter(at => isProduct(at.getAttribute(type)) && !(at.hasAttribute(property) && isProduct(at.parentElement?.closest(`[${mark}]`)?.getAttribute(type))))
    .map(at => ({ at, get told() { return item(at, kind); }, get brief() { return brief(at, kind); } }));
});

/** @param {Look} look @returns {Promise<boolean>} whether one is the page's own */
async function items({ doc, addMain, addCard }) {
  const all = told(doc);
  const titles = [...doc.querySelectorAll('h1')];
  // Of a long list none is read before its turn.
  const own = all.filter(one => !all[1] && (one.told.offers || !one.told.aggregateRating)
    || titles.some(title => one.at.contains(title) || all.length < 50 && text(title) === line(one.brief.name, 300)));
  const main = own.find(({ at }) => at.querySelector('h1')) ?? own[0];
  for (const one of all) {
    const { at, brief } = one;
    // Beside the one that the page is about, others are recommended.
    if (main === one) addMain({ ...one.told, name: brief.name || text(at.querySelector('h1') ?? titles[0]) }, inRow(at));
    else if (brief.name && (!main || own[1] && !at.closest(SIDE))) await addCard(brief, inRow(at));
  }
  return !!main;
}

/** An item as JSON-LD would tell it. @param {Element} scope @param {string[]} kind @param {number} [deep] @returns {Told} */
function item(scope, kind, deep = 0) {
  const [mark, , property] = kind;
  const around = `[${mark}]`;
  /** @type {Told} */
  const told = {};
  const others = scope.getAttribute('itemref')?.split(' ').map(id => scope.ownerDocument.getElementById(id)) ?? [];
  for (const root of [scope, ...others]) {
    let inner;
    if (root) for (const one of [root, ...root.querySelectorAll(`[${property}],${around}`)]) {
      // What is within another item is told of that.
      if (one === scope || inner?.contains(one)) continue;
      if (one.hasAttribute(mark)) inner = one;
      for (const name of one.getAttribute(property)?.split(' ') ?? []) {
        const as = name.replace(/.*[:/]/, '');
        const said = one.hasAttribute(mark) && deep < 4 ? item(one, kind, deep + 1) : value(one, name);
        told[as] = as === 'offers' && told[as] ? [told[as], said].flat() : told[as] ?? said;
      }
    }
  }
  return told;
}

/**
 * An item of a list: its name and address, and all else when it is asked for.
 * @param {Element} scope @param {string[]} kind @returns {Told}
 */
function brief(scope, kind) {
  const [mark, , property] = kind;
  /** @type {Told} */
  const told = { key: undefined };
  /** @type {Told|undefined} */
  let all;
  const whole = () => all ??= item(scope, kind);
  for (const name of ['name', 'url']) {
    const said = scope.querySelector(`[${property}*=${name}]`);
    const plain = !said || said.getAttribute(property) === name && !said.hasAttribute(mark) && said.closest(`[${mark}]`) === scope;
    told[name] = plain && !scope.hasAttribute('itemref') ? said && value(said, name) : whole()[name];
  }
  return new Proxy(told, { get: (told, /** @type {string} */ name) => (name in told ? told : whole())[name] });
}

/** @param {Element} one @param {string} name */
function value(one, name) {
  const machine = one.getAttribute('content') ?? one.getAttribute('value');
  if (machine) return machine;
  const link = /name$|price$|sku$|brand$/i.test(name) ? null : /** @type {any} */ (one).href ?? one.getAttribute('href') ?? one.getAttribute('src') ?? one.getAttribute('data');
  return link ?? text(one);
}

/* ---- OpenGraph ---- */

/** @param {Document} doc @returns {Told} */
export const graph = doc => {
  const either = (/** @type {string} */ name) => meta(doc, `product:${name}`) ?? meta(doc, `og:${name}`);
  return {
    name: meta(doc, 'og:title'),
    url: meta(doc, 'og:url'),
    image: meta(doc, 'og:image'),
    price: either('sale_price:amount') ?? either('price:amount'),
    priceCurrency: either('price:currency'),
    category: either('category'),
    availability: either('availability'),
    sku: either('retailer_item_id'),
    brand: either('brand'),
  };
};

/** @param {Look} look @returns {boolean} whether it tells of a product */
function openGraph({ doc, finds, addMain }) {
  if (!doc.querySelector('meta:is([content*=product],[property*=price],[name*=price])') || isArticle(doc)) return false;
  const told = graph(doc);
  const title = doc.querySelector('meta[property="og:title"]');
  const said = told.price || !finds[0] && /^(og:)?product(\.item)?$/.test(meta(doc, 'og:type') ?? '');
  if (!said || title && !fresh(title, title.getAttribute('content')) || left(doc, told.name)) return false;
  const heading = [...doc.querySelectorAll('h1')].map(text).find(one => one && told.name?.includes(one));
  // Some call all that they have a product.
  if (!told.price && !heading) return false;
  addMain({ ...told, name: heading ?? told.name ?? doc.title.split(/: | [|–—·-] /)[0] });
  return true;
}

/** The parts of a page that are not its content. */
const SIDE = [
  'header:not(main *,article *,section *,li *)', 'footer:not(article *,li *)', 'nav', 'dialog,[role=dialog],[hidden]',
  ...'mini-cart minicart drawer cookie recommend related upsell cross similar recent also-'.split(' ').map(one => `[class*=${one} i]:not(body,html)`),
].join();

/* ---- other buttons' slots ---- */

/** A like button of old that names another page is adopted where it stands. @param {Look} look */
function adopt({ doc, page, addCard }) {
  for (const slot of doc.querySelectorAll('.fb-like')) {
    const url = address(slot.getAttribute('data-href') || page, doc.baseURI);
    // This page is what the other ways found, or sells nothing.
    if (!url || url === page || new URL(url).origin !== location.origin) continue;
    let card = slot.parentElement;
    while (card && card !== doc.body && !card.querySelector('h1,h2,h3,h4,a[href]')) card = card.parentElement;
    addCard({ url, name: text(card?.querySelector('h1,h2,h3,h4,a[href]')) || doc.title }, slot);
  }
}

/* ---- what follows a like ---- */

/**
 * All that the page shows of a product that has a button, as it is now.
 * @param {Document} doc @param {import('./find.js').Find} find @returns {Promise<Partial<Product>>}
 */
export async function details(doc, find) {
  const [shown, price, sight] = await Promise.all([part('shown'), part('price'), see()]);
  return shown.details({ ...tools, ...sight, ...price }, doc, find);
}

const tools = { address, first, graph, inRow, line, mentioned, meta, plain, product, SIDE, text, told, widest };

/** @typedef {typeof tools} Tools */

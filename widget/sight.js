/**
 * Sees the product of a page that says nothing to machines: one heading with a price at a control that buys. Where it is
 * in doubt it sees none. Lists are left to `cards.js`.
 */

import { part } from './part.js';

/** @typedef {import('./find.js').Look} Look */
/** @typedef {import('./read.js').Tools} Tools */

/**
 * @typedef {object} Spot  where a page shows the one product that it sells
 * @property {Element} title
 * @property {string} name
 * @property {Element} control  that buys it, or says that it is sold out
 * @property {Element} scope  the smallest element with both, and with a price
 * @property {boolean} sure  whether the control is one beyond doubt
 */

/**
 * Adds what is seen to a look at the page.
 * @param {Look} look @param {Tools} tools @param {boolean} quiet  whether the page speaks of things rather than sells them
 */
export async function seen(look, tools, quiet) {
  const { doc, addMain, rest } = look;
  const titles = headings(doc, tools);
  if (NO_SHOP.test(location.pathname) || CART.test(tools.text(titles[0]))) return;
  await rest();
  const spot = place(doc, tools, titles);
  await rest();
  // A heading that speaks of prices is over rates.
  if (spot && !spot.sure && /\b(price|rate|kurs)s?\b/i.test(spot.name)) return;
  if (spot && (spot.sure || !quiet)) addMain({ name: spot.name, image: tools.meta(doc, 'og:image') }, spot.scope);
  // Some call every page an article, also where a list can be bought from.
  else if ((!quiet || doc.querySelectorAll(LISTED)[2]) && !prices(doc.body, tools).next().done) {
    const list = await part('cards').catch(() => undefined);
    await list?.cards(look, { ...tools, SIDE: `${tools.SIDE},aside,[class*=sidebar]:not(:has(h1))`, away, prices, leads, MONEY });
  }
}

/* ---- signs ---- */

/** Codes of currencies, as far as they are no words. */
const CODES = 'EUR|USD|GBP|CHF|SEK|NOK|DKK|ISK|PLN|CZK|HUF|RON|BGN|RSD|UAH|RUB|KZT|ILS|INR|PKR|LKR|BDT|BRL|ARS|CLP|MXN|CAD|AUD|NZD|JPY|CNY|KRW|HKD|TWD|SGD|MYR|THB|VND|IDR|AED|SAR|KWD|QAR|BHD|OMR|JOD|EGP|ZAR|NGN|KES';
/** The marks of money, beside the signs that Unicode knows. */
const MARK = `\\p{Sc}|[円元원]|ر\\.?س|د\\.?[إكب]|ريال|درهم|جنيه|(?<![\\p{L}])(?:${CODES})(?!\\p{Lu})|(?<![\\p{L}])R(?=\\s?\\p{Nd}[\\p{Nd}\\s,]*\\.\\p{Nd}{2}(?!\\p{Nd}))|(?<![\\p{L}])(?:[kK]r|Rp|Rs|RM|TL|zł|Kč|lei|руб(?:лей|ля)?|[рР]|грн|лв|Fr\\.|DH|S/)(?![\\p{L}])`;
export const MONEY = new RegExp(`(?:${MARK})[.:]?\\s{0,2}\\p{Nd}|\\p{Nd}(?:[.,:]?[-–—]+)?\\s{0,2}(?:${MARK})|\\p{Nd}{3}\\s?Ft|\\p{Nd}[,.:][-–—](?!\\p{Nd})`, 'u');
/** A number that is money where its element is called a price. */
const NUMBER = /^\D{0,16}\p{Nd}[\p{Nd}.,'’\s]*[.,\p{Nd}\s]\p{Nd}\p{Nd}\D{0,3}$|^\p{Nd}{1,5}\s?[-–]$/u;
export const PRICED = /pri[cs]|prei[sz]|pre[czç][izo]|prijs|prix|cena|amount|fiyat|hinta|harga|kaina/i;
/** Names of other numbers. */
const COUNTED = /stock|qty|quant|avail|rating|review|(?<!dis)count/i;

const CARTS = 'cart|warenkorb|panier|carrito|cesta|carrello|carrinho|winkelwagen|koszyk|sepet|varukorg|kurv|košík|корзина|カート|장바구니|购物车';
/** Addresses of pages that list what is bought already, or sell nothing. */
const NO_SHOP = new RegExp(`/(checkout|[\\w-]*log-?in[\\w-]*|sign-?(in|up)|auth\\w*|regist\\w*|(my-?)?account|contacts?(-us)?|kontakt|about(-us)?|order-?(status|history|confirm\\w*)|sales/order|commandes?|help|faqs?|forums?|blogs?|news|pricing)([/.]|$)|/(my-?|shopping-?)?(${CARTS}|basket|bag|kasse)(\\.\\w+)?/?$`, 'i');
/** Headings of these. */
const CART = new RegExp(`^((your|my|shopping|mein|ihr|mon|votre|mi|tu|meu|il|mijn|din) )*(${CARTS}|ba(sket|g)|checkout)( ?\\(?\\d.*)?$`, 'i');

export const BUTTONS = 'button,input:is([type=submit],[type=button],[type=image]),a[href],[role=button],img[onclick]';
const LISTED = 'main :is([class*=add-to-cart i],[class*=add_to_cart i],[class*=addtocart i],[href*=add-to-cart])';
const SOLD_OUT = '[class*=stock i],[class*=sold i]';
const BUYS = /add.{0,9}to.?(shopping)?.?(cart|bag|basket)|buy.?(now|button|btn|it|box)|btn.?(add)?.?(cart|buy)|(cart|basket|buy).?(btn|button|submit|add)|product-form__|(in|to)_?(cart|basket|warenkorb)|cart\w*\(\W?\d/i;
const ADDS = /(cart|basket|bag|korb|panier|checkout).{0,9}add|add.{0,9}(cart|basket|bag|korb|panier)|addto/i;
/** Words that put into a cart, by stems. */
const INTO = /add.{0,60} to .{0,20}(cart|bag|basket|trolley|order|box|tote)|korb|einkaufswagen|panier|carr[ioe]|cesta|bolsa|sacola|winkel|koszyk|sepete|カート|かご|장바구니|담기|[购購][物买買]|السلة|عربة|سبد|कार्ट|keranjang|troli|корз|кошик|количк|varukorg|kundvagn|kurv|kori|ko[šs][ií]|košar|kosár|în co|καλάθι|giỏ|ตะกร้า|לסל|לעגלה|krepš|groz|ostuk/i;
/** Words for buying, which may mean more. */
const BUY = /\bbuy\b|purchase|order\b|bestell|kaufen|achet|command|compra|acquist|kopen|\bkup|satın|購入|買う|予約|注文|구매|اشتر(?!اك)|شراء|خرید|खरीद|\bbeli\b|купи|заказ|замов|\bk(ö|ø|jø)p|\bosta|koup|kúp|vásár|rendel|cump|αγορ|\bmua\b|ซื้อ|קנ[הי]|pirk|sold.?out|ausverk|épuisé|agotado|esgot|esaurito|uitverk|売り?切|品切|完売|품절|售罄|缺货|нет в|notify|mail m[ei]|benachr|avis[ae]|^(add|lägg till|toevoegen|hinzufügen|ajouter|añadir|aggiungi|dodaj|tilføj)$/i;
/** Words of controls that lead elsewhere. */
const ELSE = /^(go|view|see|open|zu[mr]|show|my|your|mein|aller|voir|mon|ir|ver|mi|vai|vedi|naar|till?|gå|перей)\b|check ?out|kasse|wish|guide|where|how |empty|remove|update|continue|close|aktualis|leeren|vider|vaciar|actuali|を見る|보기|查看/i;

/** What a control says, by any means. @param {Element} one @param {Tools} tools */
export const label = (one, { line }) => line(['aria-label', 'value', 'title', 'alt'].map(name => one.getAttribute(name)).concat(one.textContent, one.querySelector('img')?.alt ?? '').filter(Boolean).join(' '), 140);

/**
 * Whether a control buys: 2 by what machines read or by plain words, 1 by words that may mean more, 0 not.
 * @param {Element} one @param {Tools} tools
 */
export function isBuy(one, tools) {
  const at = (/** @type {Element} */ one, /** @type {string[]} */ ...names) => names.map(name => one.getAttribute(name) ?? '').join(' ');
  const { form, type } = /** @type {HTMLButtonElement} */ (one);
  const href = at(one, 'href');
  const marked = BUYS.test(at(one, 'id', 'class', 'name', 'src', 'data-action', 'data-testid', 'data-test', 'onclick') + one.querySelector('img')?.src);
  const adds = ADDS.test(href) || form && /submit|image/.test(type) && ADDS.test(at(form, 'action', 'id', 'class'));
  // Another link leads to where things are bought.
  const elsewhere = href && !adds && !/^(#|javascript:)/i.test(href);
  const said = elsewhere && !marked ? '' : label(one, tools);
  if (!said && !marked && !adds || said.length > 120 || ELSE.test(said) || CART.test(said)) return 0;
  if (!one.matches(BUTTONS)) return one.checkVisibility?.() === false ? 0 : /(^| )(out-of-stock|sold-?out)( |$)/i.test(one.className) ? 2 : /out|sold(?!e)/i.test(one.className) || BUY.test(said) ? 1 : 0;
  const into = INTO.test(said);
  if (elsewhere && !into) return 0;
  if (adds || into || marked) return one.checkVisibility?.() === false ? 1 : 2;
  return said.length < 50 && BUY.test(said) && !/\(\d+\)$/.test(said) || one.matches('[disabled]:not([role=radio],[role=option],[role=tab])') && /\p{L}/u.test(said) ? 1 : 0;
}

/**
 * The smallest elements that show a price, in the order of the page.
 * @param {Element} root @param {Pick<Tools, 'line'>} tools @returns {Generator<{at: Element, said: string}>}  `said`: nothing where the price is split
 */
export function* prices(root, { line }) {
  const walk = root.ownerDocument.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  /** @type {Element|undefined} */
  let last;
  let split = false;
  for (let node; (node = /** @type {Text|null} */ (walk.nextNode()));) {
    if (!/\p{Nd}/u.test(node.data) || split && last?.contains(node)) continue;
    let at = /** @type {Element} */ (node.parentElement);
    if (/^(SCRIPT|STYLE|NOSCRIPT|OPTION|TEXTAREA)$/.test(at.tagName)) continue;
    const names = () => ['class', 'id', 'itemprop', 'property', 'data-testid'].map(name => at.getAttribute(name)).join(' ');
    let said = line(node.data, 99);
    // Of a split price each part is a number, and only around them is it money.
    for (let up = 0; up < 5 && said.length < 70; up++) {
      if (!/\p{Nd}[.,]$/u.test(said) && MONEY.test(said) || NUMBER.test(said) && PRICED.test(`${names()} ${at.parentElement?.className}`) && !COUNTED.test(names())) {
        yield { at, said: !up && MONEY.test(said) ? said : '' };
        last = at;
        split = up > 0;
        break;
      }
      // What is split stands in one cell, one line of a list.
      if (up && /^(TD|TH|LI|LABEL|BUTTON)$/.test(at.tagName)) break;
      if (up) at = at === root ? root : at.parentElement ?? at;
      said = line(at.textContent, 99);
      if (/[\p{L}%()★]/u.test(node.data) || /\p{L}{4}/u.test(said) && !(up && PRICED.test(names()) && said.length < 30) || last && at.contains(last)) break;
    }
  }
}

/* ---- the page's own product ---- */

/** What a page's title begins with. @param {Document} doc */
const begun = doc => doc.title.split(/ [|–—·-] /)[0].trim().toLowerCase();

/** Whether an element is a link, or holds or is in one, to another page. @param {Element|null} one */
export function away(one) {
  const link = /** @type {HTMLAnchorElement|null|undefined} */ (one?.closest('a[href]') ?? one?.querySelector('a[href]'));
  const url = link?.href.split('#')[0] ?? '';
  return url.startsWith('http') && url !== document.URL.split('#')[0] && !/\.(jpe?g|png|webp|avif|gif)(\?|$)/i.test(url);
}

/** The headings that may name what the page is about, best first. @param {Document} doc @param {Tools} tools */
export function headings(doc, { meta, SIDE, text }) {
  const head = `${doc.title} ${meta(doc, 'og:title')}`.toLowerCase();
  const short = begun(doc);
  const all = (/** @type {string} */ which) => [...doc.querySelectorAll(which)].filter(one => /\p{L}/u.test(`${one.textContent}`) && !one.closest(SIDE) && !away(one));
  const named = (/** @type {Element[]} */ list) => list.filter(one => text(one)[2] && (head.includes(text(one).toLowerCase()) || short[4] && text(one).toLowerCase().startsWith(short)));
  const top = all('h1,[role=heading][aria-level="1"]');
  const some = (/** @type {Element[]} */ list) => list[0] && list;
  return some(named(top)) || some(top) || some(named(all('h2,h3,[class*=title i],[class*=name i]'))) || some(all('[itemprop=name]'))
    || named(all('b,strong,td,font,div:not(:has(*)),span:not(:has(*))')).filter(one => text(one)[9]);
}

/** The pages of other things that pictures in an element lead to. @param {Element} one */
export const leads = one => new Set(/** @type {HTMLAnchorElement[]} */ ([...one.querySelectorAll('a[href]:has(img)')])
  .filter(link => away(link) && !ADDS.test(link.href) && !(link.pathname === location.pathname && !(link.search && location.search))).map(link => link.pathname));

/** Whether an element is one of several products on a page. @param {Element} one @param {Tools} tools */
const isCard = (one, tools) => (MONEY.test(`${one.textContent}`) || one.querySelector('[class*=price i]')) && (leads(one).size === 1
  || [...one.parentElement?.children ?? []].some(other => other !== one && kind(other) === kind(one) && MONEY.test(`${other.textContent}`)
    && (other.classList[0] && [one, other].every(card => card.querySelector('a[href]') && card.querySelector('img')) || sells(other, tools) && sells(one, tools))));

/** What an element has in common with others of its list; the columns of a grid are no list. @param {Element} one */
const kind = one => `${one.localName} ${/(^|[-_]|Mui)(grid|cols?|row|flex)([-_]|\d|$)/i.test(one.classList[0]) ? one.className : one.classList[0]}`;

/** @param {Element} one @param {Tools} tools */
const sells = (one, tools) => [...one.querySelectorAll(BUTTONS)].some(one => isBuy(one, tools));

/** Whether an element stands in a card within another. @param {Element} one @param {Element} scope @param {Tools} tools */
function inCard(one, scope, tools) {
  for (let up = one; up !== scope && up.parentElement; up = up.parentElement) if (isCard(up, tools)) return true;
  return false;
}

/** A heading without what else stands in it. @param {Document} doc @param {string} said */
const named = (doc, said) => (begun(doc)[4] && said.toLowerCase().startsWith(begun(doc)) && /^[\p{L}\p{Nd}]/u.test(said.slice(begun(doc).length)) ? said.slice(0, begun(doc).length) : said);

/** Where the page shows the one product that it sells. @param {Document} doc @param {Tools} tools @param {Element[]} [titles] @returns {Spot|undefined} */
export function place(doc, tools, titles = headings(doc, tools)) {
  let cards = 0;
  /** @type {Spot|undefined} */
  let found;
  const signs = titles[0] ? [...doc.querySelectorAll(BUTTONS), ...doc.querySelectorAll(SOLD_OUT)] : [];
  for (const control of signs) {
    const sure = isBuy(control, tools);
    const side = sure && control.closest(tools.SIDE);
    if (!sure || found && sure < 2 || side && !side.contains(titles[0])) continue;
    let scope = control.parentElement;
    let title;
    while (scope && !(title = titles.find(one => scope?.contains(one))) && !isCard(scope, tools)) scope = scope.parentElement;
    if (!title && ++cards > 9) break; // the page is a list
    for (let far = 2 * sure; title && scope && far; scope = scope.parentElement, far--) {
      if (!own(scope, title, tools)[0]) continue;
      found = { title, name: named(doc, tools.text(title)), control, scope, sure: sure > 1 };
      if (found.sure) return found;
      break;
    }
  }
  // What only may buy, where nothing does for sure.
  return found;
}

/**
 * The prices around a product that may be its own.
 * @param {Element} scope @param {Element|undefined} title @param {Tools} tools
 */
export const own = (scope, title, tools) => [...prices(scope, tools)].filter(({ at }) => {
  const side = at.closest(tools.SIDE);
  return !(side && scope.contains(side) && !(title && side.contains(title))) && !inCard(at, scope, tools)
    && !/(\/|per|pro|par|al) ?(mo|month|user|monat|mois|mes)\b/i.test(tools.line(at.parentElement?.textContent, 60));
});

/** Reads what a product costs: what machines are told, held against what people see. */

import { globals } from './view.js';

/** @typedef {import('./read.js').Tools & typeof import('./sight.js')} Tools */
/** @typedef {import('./facts.js').Told} Told */
/** @typedef {{price: string, code?: string, score: number, at: Element, codes?: string[]}} Seen  a price that people see */

const CROSSED = 's,strike,del,[class*=strike i],[class*=crossed i],[class*=line-through i],[class*=not-discount i]';
const OLD = /(\b|_)old|was(\b|_)|before|original|compare|regular|list[-_ ]?price|msrp|rrp|uvp|\bstatt\b|retail|previous|vorher|\bantes|avant|ancien|barr[eé]|tachad|\bord\b|normal|\bfør\b|förut|πριν|通常|定価|原价|原價|市场价|정가|소비자가/i;
/** Classes of prices that are not the product's. */
const ASIDE = /unit[-_]?price|per[-_]?unit|base[-_]?price|grundpreis|instal|klarna|affirm|shipping-|saving|you-?save|discount[-_]?(amount|rate)|points|tier|graduated|bulk|other|deposit/i;
/** Texts of these. */
const NOT = /[/／] ?(\d+ ?)?(kg|g|ml|cl|l|li?t\p{L}*|oz|lb|m²?|stk?|stück|unit|ud|p[cz])(?!\p{L})|\b(per|pro|je|par|al) (\d|kg|li?t|100|unit)|\d ?x\b|klarna|rpay\b|affirm|paypal|laybuy|payments|mensual|monat|\bmtl|\/ ?mo\b|month|lun[aă]|\brate[nr]?\b|taksit|havale|plazos|\bdelen\b|termijn|versement|\bfois\b|instal|splát|avdrag|delbetal|parcel|cuota|raty|ship|versand|liefer|livra|frais|env[ií]o|spediz|frete|verzend|dostaw|fra[kg]t|deliver|送料|배송|运费|\bsav[ei]|\bspar(?!k)|[ée]conomi|ahorr|risparmi|bespaar|oszcz|discount|rabat|coupon|voucher|gutschein|gift card|member|mitglied|medlem|会員|points?\b|punkte|ポイント|earn|cashback|warrant|depo[st]|pfand|\bfee\b|(free|over|dès|from|ab|frei|über|offerts?) \d+ ?(st|m|p[cz]|x)|\+ ?\p{Sc}|dph|netto|ex[ck]l|zzgl|\bht\b|(ex|bez) vat|税抜|as low as|30 [dtjg]/iu;
/** A tax is in it, or is to come. */
const GROSS = /\binc?l|\bttc\b|brutto|s dph|dahil/i;
const NET = /^\W*(ex[ck]l|zzgl|netto|ht\b|bez dph|plus (vat|tax|gst))/i;
const NOW = /sale|special|current|final|now\b|actual|aktuell|offer|ins\b|reduced|discounted/i;

/**
 * @param {Element} scope  where people see it @param {import('./sight.js').Spot|undefined} spot @param {Told[]} sources
 * @param {Tools} tools @param {Document} doc @returns {{price?: string, currency?: string}}
 */
export const price = (scope, spot, sources, tools, doc) => chosen(seen(scope, spot, tools, doc), sources, doc, tools);

/* ---- as people see it ---- */

/** What an element says; raised cents stand after a point. @param {Element} at @param {Tools} tools */
const written = (at, { line }) => {
  let said = '';
  const walk = at.ownerDocument.createTreeWalker(at, NodeFilter.SHOW_TEXT);
  for (let node; (node = /** @type {Text|null} */ (walk.nextNode()));) {
    const { parentElement: in_, data } = node;
    const cents = /^\s*\d\d\s*$/.test(data) && in_ !== at && /\d\D{0,2}$/.test(said) && !/[.,]\s*$/.test(said) && (in_?.matches('sup') || /cent|fract|deci|minor|small|sup/i.test(`${in_?.className}`));
    said = cents ? said.replace(/(\d)(\D{0,2})$/, `$1.${data.trim()}$2`) : said + data;
  }
  return line(said, 99);
};

/** The prices that people see around a product, best first. @param {Element} scope @param {import('./sight.js').Spot|undefined} spot @param {Tools} tools @param {Document} doc @returns {Seen[]} */
function seen(scope, spot, tools, doc) {
  const around = spot ? tools.own(scope, spot.title, tools) : [...tools.prices(scope, tools)];
  /** @type {Seen[]} */
  const all = around.slice(0, 40).flatMap(({ at, said: own }, order) => {
    const said = (own || written(at, tools)).normalize('NFKC');
    const { price, code } = money(said, doc, tools, amount(said, tools));
    if (!price) return [];
    const near = [at, at.parentElement ?? at, at.parentElement?.parentElement ?? at].filter(one => scope.contains(one) && one !== scope);
    const names = near.map(one => `${one.className} ${one.id} ${one.getAttribute('data-testid')}`);
    const alone = near.filter(one => (`${one.textContent}`.match(/\p{Nd}[\p{Nd}.,]*/gu) ?? []).length < 3 && `${one.textContent}`.length < 90).at(-1);
    const before = /^H\d$/.test(at.previousSibling?.nodeName ?? '') ? '' : `${at.previousSibling?.textContent ?? ''}`.slice(-30);
    // What is saved of it by percent, and its tax, do not make another price of it.
    const beside = `${/\d/.test(before) ? '' : before} ${said} ${own && !at.lastElementChild || alone ? alone?.textContent : ''}`.replace(/[\p{L}.]+[\s(–−-]*\d+([.,]\d+)?\s?%/gu, '');
    const link = /** @type {HTMLAnchorElement|null} */ (at.closest('a[href]'));
    const style = getComputedStyle(at);
    const crossed = at.closest(CROSSED) ?? near.find(one => /through/.test(getComputedStyle(one).textDecorationLine));
    let score = parseFloat(style.fontSize) / 8 - order / 10;
    if (tools.PRICED.test(names.join())) score += 2;
    if (at.closest('[itemprop=price],[data-price-amount],[data-price],[data-product-price]')) score += 2;
    if (NOW.test(names.join()) || at.closest('ins')) score += 1;
    if (crossed && scope.contains(crossed)) score -= 12;
    else if (OLD.test(`${names[0]} ${names[1] ?? ''} ${at.getAttribute('aria-label')} ${beside}`)) score -= 4;
    if (ASIDE.test(names.join())) score -= 6;
    // What follows may be said of the next price, but not how much of it this one buys, and whether a tax is still to come.
    const after = at.nextElementSibling?.shadowRoot ? at.nextElementSibling.nextSibling : at.nextSibling; // our own button is not meant
    const next = `${after?.textContent ?? ''}`.slice(0, 12);
    if (GROSS.test(said)) score += 1;
    else if (NET.test(next) || NOT.test(`${beside} ${/^(#text|SPAN|SMALL|SU[BP]|EM|I)$/.test(after?.nodeName ?? '') ? next : ''}`)) score -= 5;
    if (at.checkVisibility?.() === false) score -= 8;
    // A sentence that speaks of money.
    if (said.replace(/\P{L}/gu, '').length > 20) score -= 3;
    if (at.closest('label')) score -= 3;
    // That of another variant, which has a page of its own.
    if (spot && link && scope.contains(link) && tools.away(link)) score -= 5;
    return { price, code, score, at, codes: signed(said) };
  });
  return all.sort((one, other) => other.score - one.score);
}

/** The part of a text that is money: "3 × 20 €" speaks of twenty. @param {string} said @param {Tools} tools */
function amount(said, { MONEY }) {
  const found = MONEY.exec(said);
  if (!found) return said;
  return said.slice(/^\p{Nd}/u.test(found[0]) ? said.slice(0, found.index + 1).search(/\p{Nd}[\p{Nd}.,'’٫٬\s]*$/u) : found.index);
}

/**
 * What is seen is right where machines are told something else.
 * @param {Seen[]} shown @param {Told[]} sources @param {Document} doc @param {Tools} tools
 */
function chosen(shown, sources, doc, tools) {
  const struck = shown.filter(one => one.score <= -9);
  shown = shown.slice(0, shown.length - struck.length);
  let [best] = shown;
  for (const one of shown) if (best && one.at.parentElement === best.at.parentElement && one.code === best.code && one.score > best.score - 1.5 && +one.price < +best.price && +one.price > +best.price / 4) best = one;
  const machine = sources.flatMap(values).map(one => ({ ...money(`${one.price} ${one.priceCurrency ?? ''}`, doc, tools), vague: /^\d{1,3}[.,]\d{3}$/.test(one.price) })).filter(one => one.price);
  const equal = machine.find(one => +(one.price ?? 0) === +best?.price) ?? machine.find(one => shown.some(({ price, score }) => score > Math.max(0, best.score - 3) && +price === +(one.price ?? 0)));
  const pick = sources[0]?.exact ? machine[0] : equal ?? (best && best.score > (machine[0] && !struck.some(({ price }) => +price === +(machine[0].price ?? 0)) ? 3 : -9) && !(machine[0] && +best.price < +(machine[0].price ?? 0) / 4) ? best : machine.find(one => !one.vague) ?? best);
  // What stands beside the number is right where machines are told another money.
  const beside = shown.find(one => one.codes && +one.price === +(pick?.price ?? 0));
  const currency = beside?.codes?.includes(`${pick?.code}`) === false ? beside.code : pick?.code ?? best?.code ?? shown.find(one => one.code)?.code ?? money('1', doc, tools).code;
  return pick && currency ? { price: pick.price, currency } : {};
}

/* ---- money ---- */

/** Signs, and the currencies they may stand for; the first where the page says nothing else. */
const SIGNS = '€ EUR,£ GBP EGP,₹ INR,Rs INR PKR LKR NPR,R$ BRL,$ USD CAD AUD NZD MXN SGD HKD TWD CLP ARS COP UYU,¥ JPY CNY,kr SEK DKK NOK ISK,zł PLN,Kč CZK,Ft HUF,lei RON MDL,Rp IDR,₩ KRW,원 KRW,円 JPY,元 CNY TWD HKD,Fr CHF,TL TRY,₺ TRY,₽ RUB,руб[лей]* RUB,р.? RUB,₴ UAH,грн UAH,лв BGN,₫ VND,đ VND,฿ THB,₪ ILS,RM MYR,₱ PHP,S/ PEN,₦ NGN,₸ KZT,ر.س SAR,رس SAR,ريال SAR QAR OMR YER,د.إ AED,درهم AED MAD,د.ك KWD,د.ب BHD,ج.م EGP,جنيه EGP,DH MAD,R ZAR'
  .split(',').map(one => one.split(' '));
const MONEYS = Intl.supportedValuesOf('currency');
const EURO = /^(AT|BE|DE|ES|FI|FR|GR|EL|IE|IT|NL|PT|SK|SI|EE|LT|LV|LU|HR)$/;

/** The country whose money a page most likely speaks of. @param {Document} doc @param {Tools} tools */
function land(doc, { meta }) {
  const [lang, region] = `${meta(doc, 'og:locale') ?? doc.documentElement.lang}`.split(/[-_]/);
  const top = /\.([a-z]{2})$/.exec(location.hostname)?.[1];
  // English and Arabic are spoken in too many.
  const likely = () => (/^(?!en|ar)[a-z]{2,3}$/i.test(lang) && new Intl.Locale(lang).maximize().region) || '';
  return (top && !/^(co|io|me|tv|ai|eu)$/.test(top) ? top : region ?? likely()).toUpperCase().replace('UK', 'GB');
}

/** The currency that the page names for machines. @param {Document} doc @param {Tools} tools @returns {string|undefined} */
function stated(doc, { meta }) {
  const attribute = doc.querySelector('[itemprop=priceCurrency],[property=priceCurrency]');
  const marked = doc.querySelector('[data-currency],[data-currency-code]');
  const code = [
    meta(doc, 'product:price:currency'), meta(doc, 'og:price:currency'), attribute?.getAttribute('content') ?? attribute?.textContent,
    /"priceCurrency"\s*:\s*"([A-Z]{3})"/.exec([...doc.querySelectorAll('script[type*="ld+json"]')].map(one => one.textContent).join())?.[1],
    globals(doc).Shopify?.currency?.active, marked?.getAttribute('data-currency') ?? marked?.getAttribute('data-currency-code'),
  ].find(one => MONEYS.includes(`${one}`.trim()));
  return code?.trim();
}

/** The currencies that a text may mean; nothing where it names none. @param {string} said @returns {string[]|undefined} */
function signed(said) {
  const code = said.match(/(?<![A-Z])[A-Z]{3}(?![A-Z])/g)?.find(one => MONEYS.includes(one));
  if (code) return [code];
  const dollar = /([A-Z]{1,2})\$/.exec(said)?.[1];
  // Signs of letters stand alone: "Versand" speaks of no rupees, and "R" is one before a number.
  const sign = dollar !== 'R' && dollar ? SIGNS[5] : SIGNS.find(([sign]) => /^[a-zа-я]/i.test(sign)
    ? new RegExp(`(?<!\\p{L})${sign.replace(/[.$]/, '[$&]')}(?!\\p{L})${sign[1] ? '' : ' ?\\d'}`, 'iu').test(said) : said.includes(sign));
  const codes = sign?.slice(1);
  return dollar && codes?.[1] ? [codes.find(one => one.startsWith(dollar)) ?? (dollar === 'NT' ? 'TWD' : codes[0])] : codes;
}

/** The currency of a text. @param {string} said @param {Document} doc @param {Tools} tools @returns {string|undefined} */
function currency(said, doc, tools) {
  const codes = signed(said);
  if (codes && !codes[1]) return codes[0];
  const named = stated(doc, tools);
  const region = land(doc, tools);
  if (named && (codes ?? [named]).includes(named)) return named;
  return codes ? codes.find(one => one.startsWith(region)) ?? codes[0] : EURO.test(region) ? 'EUR' : SIGNS.flat().find(one => region[1] && /^[A-Z]{3}$/.test(one) && one.startsWith(region));
}

/**
 * The first amount in a text, as a decimal with a point, and its currency.
 * @param {string} said @param {Document} doc @param {Tools} tools @param {string} [part]  of it, that the amount is in
 * @returns {{price?: string, code?: string}}
 */
export function money(said, doc, tools, part = said) {
  const plain = part.normalize('NFKC').replace(/\p{Nd}/gu, one => `${((one.codePointAt(0) ?? 0) - (/[\u0900-\u0dff]/.test(one) ? 6 : 0)) & 15}`)
    .replace(/٫/g, '.').replace(/٬/g, ',').replace(/(\d)([€£$])(\d\d)(?![\d.,])/, '$1.$3$2')
    .replace(/(\d[.,]) (?=\d\d(?!\d))/, '$1').replace(/(?<![\d.,])[.,](?=\d\d(?!\d))/, '0.');
  const number = /\d{1,3}(?:[ '’]\d{3})+(?!\d)(?:[.,]\d{1,3}(?!\d))?|\d[\d.,]*\d|\d/.exec(plain)?.[0];
  if (!number) return {};
  const code = currency(said.normalize('NFKC'), doc, tools);
  let digits = 2;
  try {
    digits = new Intl.NumberFormat('en', { style: 'currency', currency: code }).resolvedOptions().maximumFractionDigits ?? 2;
  } catch { /* none, or none that is known */ }
  const [, head, mark, tail] = /^(.*?)(?:([.,])(\d+))?$/.exec(number) ?? [];
  const [, start = number, sign = mark, rest = ''] = /^(.*)([.,])(\d+)$/.exec(number) ?? [undefined, head, mark, tail];
  // Three digits after the last mark are thousands, unless the money has three decimals.
  const whole = !rest || rest.length === 3 && !(digits === 3 && !start.includes(sign)) && !/^0$/.test(start) || start.includes(sign) && rest.length === 3;
  const amount = BigInt((whole ? number : start).replace(/\D/g, ''));
  const price = `${amount}${whole || !digits ? '' : `.${rest.slice(0, digits)}`}`;
  return +price ? { price, code } : { code };
}

/** The prices in what machines are told: of all offers, each as it is to be paid. @param {Told} told @returns {{price: string, priceCurrency?: string}[]} */
export function values(told) {
  return [told.offers ?? told].flat().flatMap(offer => {
    const inner = [offer?.offers ?? []].flat();
    const lists = [offer?.priceSpecification ?? []].flat().filter(one => !/List|Strike|MSRP|Regular|SRP/i.test(one.priceType) && !one.referenceQuantity);
    const sale = lists.find(one => /Sale/i.test(one.priceType)) ?? lists[0];
    const price = sale?.price ?? sale?.minPrice ?? offer?.price ?? offer?.lowPrice;
    const own = price == null || `${price}` === '' ? [] : [{ price: `${price}`, priceCurrency: sale?.priceCurrency ?? offer.priceCurrency ?? told.priceCurrency }];
    return [...own, ...inner.flatMap(one => values({ offers: one, priceCurrency: offer.priceCurrency }))];
  });
}

/** Reads what a page shows of one product, as it is now: what machines are told, and where that is silent what people see. */

import { globals } from './view.js';

/** @typedef {import('./read.js').Tools & typeof import('./sight.js') & typeof import('./price.js')} Tools */
/** @typedef {import('./facts.js').Told} Told */
/** @typedef {import('./facts.js').Product} Product */

const OUT = /sold.?out|out.of.stock|(un|not )available|notify me|mail me when|ausverkauft|vergriffen|nicht (mehr )?(verf|lief|auf l|vorr)|épuisé|rupture|indispon|(a|es)gotado|sin (stock|exist)|avise-me|esaurito|non? disponib|uitverk|niet (op v|lev|besch)|wyprzed|niedostęp|tükendi|stokta yok|売り?切|品切|在庫(なし|切)|完売|入荷|품절|[缺無无][货貨]|售[罄完]|غير متو|نفد|نفذ|स्टॉक में नहीं|\bhabis|нет в нал|распродан|немає|slutsåld|(slut|ej|ikke) (i|på) lager|ud?solgt|loppu|vypr[eo]d|není sklad|nincs |elfogyott|epuizat|εξαντλ|hết hàng|สินค้าหมด|אזל/i;
const AHEAD = /pre-?order|vorbestell|précommand|preventa|pré-venda|reservar|予約|[预預][购購]|предзаказ|förbest|forudb|สั่งจอง|forhånds|ennakko|preordin|przedsp/i;
/** What stands before a number that a shop gives: a kind of thing with "no." or "code", or a word that says it all. */
const SKU = /^(.*\bsku\)?|(art(ikel|icle|[íi]c[uo]lo)?|item|prod(u[ckt]+|uk)?|part|style|cat(alog(ue)?)?|stock|web|order|mfg|manufacturer|reference|bestell?|modell?|vare|tuote)[-. ]*(item|model|part)?[-. ]*(#|№|n[ro°º]|n[uú]m\p{L}*|code|koodi?|kod|id)|(art|арт|r[eé]f|rif|cód?)\.|mod[eè]l[eol]?|r[eé]f([eé]r[eê]nc(e|ia))?|c[oó]d(igo|ice)?( \p{L}+){0,2}|cod|k[oó]de?( \p{L}{4,})?|indeks|symbol|nr (art|kat|prod)\p{L}*|(stok|ürün) kodu|[品型款][番号號]|(管理|商品|[产產]品)(コード|番号|编号|編號)|(상품|제품)(코드|번호)|품번|모델명?|[货貨][号號]|артикул|код( товар\p{L}*)?|модель|(katal|obj)\p{L}+ číslo|cikksz(ám)?|termékkód|κωδικός|μοντέλο|vnr|mã( sp| sản phẩm)?|รหัสสินค้า|كود|(رمز|رقم) المنتج|मॉडल|उत्पाद कोड|מק.ט|mpn|ugs|(id|code)(?=:|\s$))( produ\p{L}+)?\.?(\s*[:#№：.]+\s*|\s+|$|(?<=#))/iu;
const BRAND = /^(brand|by|merek|tuotemerkki|κατασκευαστής|製造商|แบรนด์|ยี่ห้อ|nhãn hiệu|producător|gyártó|produttore|fabricante|hersteller|m([aäeæ]rk[ea]|erk|arca|arque)|producent|značka|výrobce|бренд|производитель|ブランド|メーカー|브랜드|品牌|manufacturer|vendor|thương hiệu)\s*[:：]?\s+/iu;
const CATEGORY = /^([ck]at[eé]gor\p{L}+|rubrique|カテゴリー?|분류|分类|категори\p{L}*)\s*[:：]\s*/iu;

/** schema.org's and OpenGraph's states by their first three letters. @type {Record<string, string>} */
const AVAILABILITY = {
  ins: 'in_stock', out: 'out_of_stock', sol: 'out_of_stock', pre: 'preorder', bac: 'backorder', dis: 'discontinued', lim: 'limited',
};

/** Whether it can be had, in the collector's words. @param {Told} told @param {Pick<Tools, 'first'|'line'>} tools @returns {string|undefined} */
function availability(told, { first, line }) {
  return AVAILABILITY[line(first(told.offers)?.availability ?? told.availability, 99).replace(/.*\/|[\W_]/g, '').slice(0, 3).toLowerCase()];
}

/**
 * @param {Tools} tools  without `sight` only the markup is heard @param {Document} doc @param {import('./find.js').Find} find
 * @returns {Partial<Product>}
 */
export function details(tools, doc, { product: known, at, told: said }) {
  if (!tools.place) return { availability: availability(said, tools) };
  const { address, first, line, mentioned, plain } = tools;
  const url = (/** @type {any} */ value) => address(value, doc.baseURI);
  const bare = (/** @type {any} */ value) => url(value)?.split('?')[0];
  const own = !!at.closest('[data-afterlike-product]'); // then what the owner says is right
  const card = cardOf(at, known.url, tools);
  const spot = card ? undefined : tools.place(doc, tools);
  const scope = card ?? spot?.scope ?? at.closest('main') ?? doc.querySelector('main') ?? doc.body;
  const same = (/** @type {Told} */ told) => !!told.name && plain(line(told.name, 900)) === known.title || url(first(told.url)) === known.url;

  const all = mentioned(doc);
  const named = references(doc);
  const items = tools.told(doc);
  /** @type {Told[]} */
  const sources = [
    all.find(({ told }) => same(told)) ?? (card ? undefined : all.find(({ told, listed }) => !listed && bare(first(told.url)) === bare(known.url)) ?? (all[1] ? undefined : all[0])),
    items.find(one => same(one.told) || one.at.contains(at) && !one.at.matches('body')) ?? (card || items[1] ? undefined : items[0]),
  ].flatMap(one => one?.told ?? []).flatMap(told => [{ ...told, ...variant(told, doc) }, told]);
  if (!card) sources.push(tools.graph(doc));
  sources.push(...pushed(doc).filter(one => !card || same(one)));
  const exact = sources.find(one => one.exact);
  const say = (/** @type {string} */ name) => plain(line(sources.map(told => [told[name]].flat()[0]).map(one => named.get(one?.['@id']) ?? one).find(one => typeof one?.name === 'string' || /^[^[]/.test(line(one, 9))) ?? '', 300));

  const price = tools.price(scope, spot, exact ? [exact] : sources, tools, doc);
  const label = spot && tools.label(spot.control, tools);
  const texts = short(scope, tools);
  const exactly = (/** @type {RegExp} */ what) => !spot?.sure && texts.some(one => one.length < (spot ? 26 : 60) && what.test(one));
  const more = card ? [] : short(doc.querySelector('main') ?? doc.body, tools);
  // A page that says it is sold out, and has nothing to buy with, is right, whatever machines are told.
  const out = label && OUT.test(label) || !card && !own && exactly(OUT);
  const state = [...own ? [said] : [], ...sources, said].map(one => availability(one, tools)).find(Boolean);
  // Machines may be told of another variant than the one that is shown.
  const teller = sources.find(one => one.sku);
  const priced = teller ? tools.values(teller) : [];
  const other = priced[0] && price.price && !priced.some(one => +one.price === +`${price.price}`);
  const sku = exact?.sku || sold(sources, price.price, tools) || other && code(scope, texts, tools) || say('sku').replace(SKU, '') || code(scope, texts, tools) || code(card ? doc.head : doc, more, tools)
    || say('item_id') || say('mpn') || say('productID').replace(/^\w+:/, '') || !card && scripted(doc, NUMBERS, `${doc.URL} ${known.url}`);
  const found = {
    title: plain(known.title ?? '') !== known.title && plain(known.title ?? ''),
    ...price,
    availability: out ? 'out_of_stock' : label && AHEAD.test(label) ? 'preorder' : state ?? (texts.some(one => /back-?order/i.test(one)) ? 'backorder'
      : (!spot?.sure || spot.control.matches('[disabled]')) && texts.some(one => OUT.test(one)) ? 'out_of_stock' : spot ? 'in_stock' : undefined),
    sku,
    brand: say('brand') || say('manufacturer') || !card && scripted(doc, MAKERS, `${known.title} ${doc.title}`) || maker(scope, texts, tools) || after(more, BRAND, /^\p{Lu}.{0,40}$/u),
    image: picture(sources.map(told => first(told.image)), scope, tools, known, !card),
    category: !card && trail(doc, known, named.get('trail'), tools, sku) || say('category').replace(/.*(>|\/)\s*/, '') || after(texts, CATEGORY, /\p{L}/u),
  };
  const told = own ? Object.keys(known) : [];
  return Object.fromEntries(Object.entries(found).filter(([name, value]) => value && !told.includes(name)));
}

/** The card that a product's button belongs to, unless it is the page's own. @param {Element} at @param {string} url @param {Tools} tools */
function cardOf(at, url, { address, MONEY }) {
  const links = (/** @type {Element} */ one) => [one.closest('a[href]'), ...one.querySelectorAll('a[href]')].some(link => link && address(/** @type {HTMLAnchorElement} */ (link).href, at.baseURI) === url);
  if (new URL(url).pathname + new URL(url).search === location.pathname + location.search) return;
  for (let up = /** @type {Element|null} */ (at), far = 0; up && far < 8 && !up.matches('body,main') && !up.querySelector('h1') && !up.matches('h1'); up = up.parentElement, far++) {
    if (links(up) && (MONEY.test(`${up.textContent}`) || far > 3)) return up;
  }
  return links(at) && !at.matches('h1') ? at : undefined;
}

/** What JSON-LD tells by reference, by `@id`, and the `trail` to the page. @param {Document} doc @returns {Map<string, Told>} */
function references(doc) {
  const found = new Map();
  for (const block of doc.querySelectorAll('script[type*="ld+json"]')) {
    try {
      JSON.parse(`${block.textContent}`, (_, one) => {
        if (one?.name && one['@id']) found.set(one['@id'], one);
        if (one?.['@type'] === 'BreadcrumbList') found.set('trail', one);
        return one;
      });
    } catch { /* a broken block says nothing */ }
  }
  return found;
}

/**
 * The variant, or the offer, that the address or the buy form names, else the first of the variants.
 * @param {Told} told @param {Document} doc @returns {Told|undefined}
 */
function variant(told, doc) {
  const chosen = [
    /[?&](?:variant|sku|skuId|color|id|attribute_pa_\w+)=([^&]+)/.exec(location.search)?.[1],
    /** @type {HTMLInputElement|null} */ (doc.querySelector('form[action*="/cart/add"] [name=id]'))?.value,
  ].filter(Boolean);
  const all = [told.hasVariant ?? []].flat();
  const is = (/** @type {any} */ one) => chosen.some(id => JSON.stringify(one).includes(`${id}`));
  const one = all.find(is) ?? (told.offers ? undefined : all[0]);
  const offers = [one?.offers ?? told.offers ?? []].flat();
  const offer = offers[1] && (offers.find(is) ?? offers.find(one => /InStock/.test(one?.availability)));
  return { ...one && { offers: one.offers, image: one.image ?? told.image, sku: one.sku ?? told.sku }, ...offer && { offers: [offer, ...offers], sku: offer.sku ?? one?.sku ?? told.sku } };
}

/* ---- what scripts are told ---- */

/** What shops tell their own scripts and those of others about the one product of a page. @param {Document} doc @returns {Told[]} */
function pushed(doc) {
  /** @type {Told[]} */
  const found = [];
  try {
    const page = globals(doc);
    const own = (page.ShopifyAnalytics?.meta ?? page.meta)?.product;
    if (own?.variants?.[0]) {
      found.push({ name: own.title, brand: own.vendor, category: own.type, sku: own.variants[1] ? '' : own.variants[0].sku, price: `${own.variants[0].price / 100}`, priceCurrency: page.Shopify?.currency?.active });
    }
    const form = doc.querySelector('form[data-product_variations]');
    const variations = form && JSON.parse(form.getAttribute('data-product_variations') ?? '');
    const sold = variations && variations.find((/** @type {any} */ one) => Object.entries(one.attributes).every(([name, value]) => {
      const field = /** @type {HTMLSelectElement|null} */ (form.querySelector(`[name="${CSS.escape(name)}"]`));
      return field?.value && (!value || field.value === value);
    }));
    if (sold) found.push({ exact: true, price: `${sold.display_price}`, sku: sold.sku });
    // Tealium's has names and numbers, each alone or in a list; the W3C group's has a list of products.
    const { product_name: names, product_sku, product_id } = page.utag_data ?? {};
    const [layer, other] = [page.digitalData?.product ?? []].flat();
    if (![names].flat()[1]) found.push({ name: `${names}`, sku: `${product_sku ?? ''}`, item_id: `${product_id ?? ''}` });
    if (!other) found.push({ name: layer?.productInfo?.productName, sku: layer?.productInfo?.sku, item_id: layer?.productInfo?.productID });
    for (const one of [...page.dataLayer ?? []].reverse()) {
      const told = one?.[1] === 'view_item' ? one[2] : one?.ecommerce ?? one?.eventModel;
      const items = told?.items ?? told?.detail?.products ?? [];
      if (!/view_item$|detail/.test(one?.[1] ?? one?.event ?? 'detail') || items.length !== 1) continue;
      const [item] = items;
      found.push({
        name: item.item_name ?? item.name, price: `${item.price ?? ''}`, priceCurrency: item.currency ?? told.currency ?? told.currencyCode,
        item_id: `${item.item_sku ?? item.item_id ?? item.sku ?? item.id ?? ''}`, brand: item.item_brand ?? item.brand, category: item.item_category ?? item.category,
      });
      break;
    }
  } catch { /* the page's own things may be anything */ }
  return found;
}

/** Numbers, and makers, in the data of a page's own scripts. */
const NUMBERS = /"(?:sku\w*|(?:item|product|article|part|style|stock)_?(?:code|number|sku))"\s*:\s*"([\w./-]{4,40})"/gi;
const MAKERS = /"(?:brand|brandName|manufacturer|vendor)"\s*:\s*(?:\{[^{}]*?"name"\s*:\s*)?"([^"\\]{2,40})"/g;

/** The only one of the values in a page's scripts that is in a text too. @param {Document} doc @param {RegExp} pattern @param {string} text */
function scripted(doc, pattern, text) {
  const all = [...doc.querySelectorAll('script:not([src],[type*="ld+json"])')].flatMap(({ textContent }) => [...`${textContent}`.slice(0, 4e5).matchAll(pattern)].map(one => one[1]));
  const found = new Set(all.filter(one => text.toLowerCase().includes(one.toLowerCase())));
  return found.size === 1 ? [...found][0] : '';
}

/** The number of the one offer at this price, where each has its own. @param {Told[]} sources @param {string|undefined} price @param {Tools} tools */
function sold(sources, price, { first }) {
  const offers = sources.flatMap(({ offers, hasVariant }) => [
    ...[offers ?? []].flat().flatMap(one => one?.offers ?? one),
    ...[hasVariant ?? []].flat().map(one => ({ sku: one?.sku, price: first([one?.offers].flat())?.price })),
  ]).filter(one => one?.sku);
  const fits = new Set(offers.filter(one => +one.price === +(price ?? 0)).map(one => one.sku));
  return fits.size === 1 && new Set(offers.map(one => one.sku)).size > 1 ? `${[...fits][0]}` : '';
}

/* ---- texts ---- */

/** The short texts around a product, in their order. @param {Element} scope @param {Tools} tools */
function short(scope, { line, SIDE }) {
  const found = [];
  const walk = scope.ownerDocument.createTreeWalker(scope, NodeFilter.SHOW_TEXT);
  for (let node; found.length < 900 && (node = /** @type {Text|null} */ (walk.nextNode()));) {
    const said = node.data.length < 120 && line(node.data, 120);
    if (said && said !== ':' && !node.parentElement?.closest(`script,style,option,label[for],label:has(input,select),fieldset,${SIDE}`)) found.push(said);
  }
  return found;
}

/** What stands after one of these words, in the same text or the next. @param {string[]} texts @param {RegExp} word @param {RegExp} value */
function after(texts, word, value) {
  for (const [n, one] of texts.entries()) {
    const start = word.exec(`${one} `);
    const said = start && (one.slice(start[0].length).trim() || texts[n + 1]?.replace(/^[:#：]\s*/, ''));
    if (said && value.test(said)) return said;
  }
}

/**
 * The number that a shop gives: from what is called so, after a word for it, or where all that is marked agrees.
 * @param {ParentNode} scope @param {string[]} texts @param {Tools} tools
 */
function code(scope, texts, { text }) {
  const named = [...scope.querySelectorAll('[itemprop=sku],.sku,[class$="-sku" i],[class*="sku-value" i],[class*=ordernumber i],[class*=itemcode i],[class*=product-code i],[id$=sku i],[id*=itemcode i],input[name=sku],input[name=item_number],input[name=product_code i]')]
    .map(one => (one.getAttribute('content') ?? one.getAttribute('value') ?? text(one)).replace(SKU, '').replace(/^#/, '')).filter(Boolean);
  const said = named.some(one => one !== named[0]) && scope.nodeType === Node.DOCUMENT_NODE ? '' : named[0];
  const data = new Set(['sku', 'productSku', 'product_sku'].flatMap(name => [scope, ...scope.querySelectorAll('*')].flatMap(one => /** @type {any} */ (one).dataset?.[name] || [])));
  const fits = /^[\p{L}\p{Nd}][\p{L}\p{Nd}._/+-]*( ?[\p{L}\p{Nd}._/-]*\p{Nd}[\p{L}\p{Nd}._/-]*){0,2}$/u;
  return [said, after(texts, SKU, /^[\p{L}\p{Nd}._/+-]*(\p{Nd}|[A-Z]{2,}-|[A-Z]{3,}$)/u)?.split(/\s*[|,;(·]|\s{2}| (?=\p{L}{3})/u)[0], /** @type {any} */ (scope).closest?.('[data-sku]')?.dataset.sku, data.size === 1 ? [...data][0] : '']
    .find(one => one && one.length > 2 && one.length < 50 && fits.test(one));
}

/** @param {Element} scope @param {string[]} texts @param {Tools} tools */
function maker(scope, texts, { text, SIDE }) {
  const named = [...scope.querySelectorAll('[itemprop=brand],[class*=brand i],[class*=vendor i],[class*=manufacturer i],a[href]')].find(one => !one.closest(SIDE) && !(one.matches('a:not([class*=brand i])') && !/\/(brand|mar[kqc]|merk|manufac|herstell|fabric|vendor|stores)\w*\//.test(`${one.getAttribute('href')}`)) && (text(one) || one.querySelector('img')?.alt));
  const said = named && (text(named) || named.querySelector('img')?.alt || '').replace(BRAND, '').replace(/^visit the (.*) store$/i, '$1');
  return said && said.length < 50 ? said : after(texts.filter(one => one.length < 50), BRAND, /^\p{Lu}.{0,40}$/u);
}

/** @param {any[]} told @param {Element} scope @param {Tools} tools @param {Product} known @param {boolean} wide  whether it may stand around the scope */
function picture(told, scope, { address, SIDE }, known, wide) {
  const doc = scope.ownerDocument;
  const from = (/** @type {any} */ value) => address(typeof value === 'string' ? value : value?.url ?? value?.contentUrl, doc.baseURI, true);
  let main = scope.querySelector('h1') || scope.matches('main,body') ? doc.querySelector('main') ?? doc.body : scope;
  const images = () => [...main.querySelectorAll('img')].filter(one => !one.closest(SIDE) && !(one.width > 1 && one.width < 40)).map(one => ({
    size: (one.naturalWidth || +(one.getAttribute('width') ?? 0)) + (/gallery|product|main|zoom|featured/i.test(`${one.className} ${one.closest('[class]')?.className} ${one.src}`) ? 400 : 0) + (one.alt && known.title?.includes(one.alt.slice(0, 8)) ? 500 : 0),
    url: ['data-large_image', 'data-src', 'src'].map(name => one.getAttribute(name)).concat(one.srcset.split(' ')[0]).find(url => url && !/^data:|\.svg|placeholder|blank|spacer|pixel|logo|icon/i.test(url)),
  })).filter(one => one.url);
  while (wide && !images()[0] && main.parentElement && main !== doc.body) main = main.parentElement;
  const all = [...told, images().sort((one, other) => other.size - one.size)[0]?.url].map(from).filter(url => url && !/\.svg$|placeholder/i.test(url));
  // A picture for all pages is better than none.
  return all.find(url => !/(default|share|logo)[^/]*$/i.test(`${url}`)) ?? all[0];
}

/** What the page right above this one is called, by the addresses of links. @param {Tools['text']} text */
function above(text) {
  const { pathname: here, origin } = location;
  const links = [...document.querySelectorAll('a')].filter(one => one.origin === origin && one.pathname.length > 2 && here !== one.pathname && here.startsWith(one.pathname.replace(/\/?$/, '/')) && /^.*\p{L}{3}.{0,46}$/u.test(text(one)));
  return text(links.sort((one, other) => other.pathname.length - one.pathname.length)[0]) || undefined;
}

/** The last step to the product on the page's trail. @param {Document} doc @param {Product} known @param {Told|undefined} list  as JSON-LD has it @param {Tools} tools @param {any} sku */
function trail(doc, known, list, tools, sku) {
  const { line, plain, text } = tools;
  const url = (/** @type {any} */ link) => tools.address(link, doc.baseURI);
  // The last step is the product, unless it leads elsewhere.
  const steps = [list?.itemListElement ?? []].flat().filter((/** @type {any} */ one, n, { length }) => n < length - 1 || (url(one.item?.['@id'] ?? one.item) ?? known.url) !== known.url)
    .map((/** @type {any} */ one) => plain(line(one.name ?? one.item?.name, 200)));
  const title = tools.headings(doc, tools)[0];
  const start = line(known.title, 300).slice(0, 12).toLowerCase();
  const named = [...doc.querySelectorAll('[itemtype*=BreadcrumbList],[class*=crumb i]:not(body),[id*=crumb i],[class~=path],[aria-label*=crumb i]')];
  // Without a name a trail is known by links, and the product's name as its end.
  const likely = named[0] ? named : [...doc.querySelectorAll('a[href]')].slice(0, 99).flatMap(link => [link.parentElement, link.parentElement?.parentElement])
    .filter(one => one && `${one.textContent}`.length < 200 && !one.querySelector('h1,h2,img,button') && !title?.contains(one)
      && (start && one.textContent?.toLowerCase().includes(start) || one.querySelector('a ~ a') && [...one.childNodes].some(({ textContent }) => /^\s*[>›»＞→/]\s*$/.test(`${textContent}`))));
  const shown = steps[0] ? steps : [...likely.find(one => one?.querySelector('a'))?.querySelectorAll('a') ?? []]
    .filter(link => !/^\/?(index\.\w+)?$/.test(link.pathname) && url(link.href) !== known.url).map(text);
  const path = shown.filter(one => /\p{L}/u.test(one) && one !== known.title && one !== sku);
  return path[steps[0] ? 1 : 0] ? path.at(-1) : above(text);
}

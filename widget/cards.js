/** Sees lists on pages that say nothing to machines: cards with picture, name, price and link. */

/** @typedef {import('./find.js').Look} Look */
/** @typedef {import('./read.js').Tools & Pick<typeof import('./sight.js'), 'away'|'prices'|'leads'|'MONEY'>} Tools */

/** What a link says that names nothing. */
const MORE = /^(read|view|see|quick|learn|shop|buy|add|more|details?|info|mehr|zu[mr]|voir|en savoir|lire|ver|leer|vedi|lees|zobacz|подробн|купить|detay)(?!\p{L}).{0,14}$/iu;

/**
 * Adds what is seen to a look at the page.
 * @param {Look} look @param {Tools} tools
 */
export async function cards({ doc, page, addCard, rest }, tools) {
  const bare = (/** @type {string|undefined} */ url) => url?.split('/')[2].replace(/^www\./, '');
  const hosts = [bare(doc.URL), bare(page)];
  /** @type {Map<Element, {url: string, name: string, image?: string}>} */
  const found = new Map();
  const sides = new Set(doc.querySelectorAll(tools.SIDE));
  await rest();
  for (const { at, said } of tools.prices(doc.body, tools)) {
    await rest();
    // A sentence that speaks of money is not a price.
    if (said.replace(/\P{L}/gu, '').length > 16) continue;
    let around = /** @type {Element|null} */ (at);
    while (around && !sides.has(around)) around = around.parentElement;
    if (around) continue;
    let card = at;
    for (let up = 0; up < 9 && card.parentElement && !card.querySelector('img'); up++) card = card.parentElement;
    card = card.closest('a[href]') ?? card;
    const told = !found.has(card) && teaser(card, tools);
    if (told && hosts.includes(bare(told.url)) && told.url !== page) found.set(card, told);
  }
  const wide = tools.widest([...found.keys()]);
  /** Cards of one kind. @type {Map<string, Element[]>} */
  const kinds = new Map();
  for (const core of found.keys()) {
    const kind = `${core.localName} ${core.classList[0]}`;
    if (!kinds.get(kind)?.push(core)) kinds.set(kind, [core]);
  }
  for (const cores of kinds.values()) {
    const around = cores.map(core => wide.get(core) ?? core);
    const clear = cores[2] || around.every(card => card.closest('[class*=product i]'));
    if (clear && cores[1]) {
      for (const [n, core] of cores.entries()) await addCard(found.get(core) ?? {}, tools.inRow(around[n]));
    }
  }
}

/** What a card tells, when all in it leads to one product. @param {Element} card @param {Tools} tools */
function teaser(card, tools) {
  const image = card.querySelector('img');
  const links = /** @type {HTMLAnchorElement[]} */ (card.matches('a') ? [card] : [...card.querySelectorAll('a[href]')]);
  const heading = card.querySelector('h1,h2,h3,h4,h5,h6,[itemprop=name],[class*=title i],[class*=name i]');
  const link = /** @type {HTMLAnchorElement|undefined} */ (image?.closest('a[href]') ?? heading?.closest('a[href]') ?? heading?.querySelector('a[href]') ?? links[0]);
  const url = link && tools.away(link) && tools.address(link.href, card.baseURI);
  if (!image || !url || tools.leads(card).size > 1 && card.querySelectorAll('h2,h3,h4,h5,h6')[1]) return;
  const same = links.filter(one => one.pathname === link.pathname);
  const leaves = () => [...card.querySelectorAll('*')].filter(one => !one.firstElementChild).map(tools.text);
  const named = (/** @type {string} */ one) => /\p{L}{2}/u.test(one) && !tools.MONEY.test(one) && !MORE.test(one);
  const name = [...[heading, ...same].map(tools.text), image.alt, ...same.map(one => one.title || one.ariaLabel || '')].find(named) ?? leaves().find(named);
  return name ? { url, name, image: image.src } : undefined;
}

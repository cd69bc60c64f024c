/** Sees lists on pages that say nothing to machines: cards with picture, name, price and link. */

/** @typedef {import('./find.js').Look} Look */
/** @typedef {import('./read.js').Tools & Pick<typeof import('./sight.js'), 'away'|'prices'|'leads'|'MONEY'>} Tools */

/** What a link says that names nothing. */
const MORE = /^(read|view|see|quick|learn|shop|buy|add|more|details?|info|mehr|zu[mr]|voir|en savoir|lire|ver|leer|vedi|lees|zobacz|подробн|купить|detay)(?!\p{L}).{0,14}$/iu;

/** What is not sold, but let. */
const LET = /(\/|\b(per|pro|par|por|al|je|a)) ?(night|day|noche|nacht|tag|nuit|notte|gece|gün|month|monat|mois)\b/i;

/** What stands over lists that are not what a page is about. */
const BESIDE = /recommend|(may|might) |also |similar|related|recent|viewed|(best|top).?sell|popular|trending|sponsor|flash|special|new (prod|arriv)|neuheit|empfehl|ähnlich|zuletzt|beliebt|recommand|nouveaut|recomend|visto|おすすめ|最近|推[荐薦]/i;

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
    // A sentence that speaks of money is not a price, nor is what a night of something costs.
    if (said.replace(/\P{L}/gu, '').length > 16 || LET.test(`${at.parentElement?.textContent}`.slice(0, 99))) continue;
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
  const all = [...found.keys()];
  const known = new Map();
  const main = all.filter(core => !BESIDE.test(heading(wide.get(core) ?? core, known, tools)));
  /** Cards of one kind. @type {Map<string, Element[]>} */
  const kinds = new Map();
  for (const core of main[1] ? main : all) {
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

/**
 * What stands over the list that a card is in.
 * @param {Element} card @param {Map<Element, Element|undefined>} known  what has been found over or in boxes @param {Tools} tools
 */
function heading(card, known, { text }) {
  for (let up = card, far = 0; up.parentElement && far < 5; up = up.parentElement, far++) {
    const box = up.parentElement;
    if (!known.has(box)) known.set(box, [...box.children].find(one => one.matches('h2,h3,h4,header,[class*=head i],[class*=title i]')));
    const over = known.get(box);
    if (over && over !== up && over.compareDocumentPosition(up) & Node.DOCUMENT_POSITION_FOLLOWING && text(over).length < 80) return over.querySelector('h1') ? '' : text(over);
  }
  return '';
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
  // What is named a title may hold more than the name.
  const called = /^H\d$/.test(heading?.tagName ?? '') ? heading : same.find(one => heading?.contains(one) && tools.text(one)) ?? heading;
  const leaves = () => [...card.querySelectorAll('*')].filter(one => !one.firstElementChild).map(tools.text);
  const named = (/** @type {string} */ one) => /\p{L}{2}/u.test(one) && !tools.MONEY.test(one) && !MORE.test(one);
  const name = [...[called, ...same].map(tools.text), image.alt, ...same.map(one => one.title || one.ariaLabel || '')].find(named) ?? leaves().find(named);
  return name ? { url, name, image: image.src } : undefined;
}

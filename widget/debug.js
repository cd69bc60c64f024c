/** `data-debug`: says in the console what was found where, why there is no button, and why no question. */

/** @typedef {import('./main.js').Tools} Tools */

/** @param {string} sentence @param {any[]} more */
export const say = (sentence, ...more) => console.info(`[afterlike] ${sentence}`, ...more);

/** @param {Element} element  as a person would look for it */
const named = element => element.localName + (element.id && `#${element.id}`) + [...element.classList].slice(0, 2).map(one => `.${one}`).join('');

/** @param {Tools} tools */
export function debug(tools) {
  const { doc, site, collector, locale } = tools;
  let last = '';
  say(`site ${site}, collector ${collector}, language ${locale}`);

  tools.wrong = console.warn;

  tools.looked = finds => {
    const told = finds.map(find => ({ ...find, ...tools.body(find).product })).map(({ key, title, price, currency, at, how }) => `“${title}” (${key})${price ? `, ${price} ${currency}` : ', no price'}: ${how} ${named(at)}`);
    const text = told.join('\n');
    if (text === last && last) return;
    last = text;
    if (told.length) say(`${told.length} found\n${text}`, ...finds.map(({ at }) => at));
    else say(`no button: ${why(doc).join('; ')}`);
  };

  tools.heard = (kind, status, answer) => {
    if (!status) say(`${kind}: no answer from ${collector}. It is kept, and sent again. Is the collector running, and allowed in connect-src?`);
    else if (status >= 400) say(`${kind}: refused with ${status}${answer.reason ? ` (${answer.reason})` : ''}: ${answer.detail ?? ''}`);
    else if (answer.next_step) say(`${kind}: taken. ${asked(answer.next_step)}`);
    else say(`${kind}: taken`);
  };
}

/** @param {Record<string, any>} step */
const asked = step => step.kind === 'none' ? `No question, because: ${step.reason}` : `Asks “${step.prompt ?? step.kind}”, because: ${step.reason}`;

/** What was looked for and not found. @param {Document} doc */
function why(doc) {
  const blocks = [...doc.querySelectorAll('script[type="application/ld+json"]')];
  const broken = blocks.filter(({ textContent }) => {
    try {
      JSON.parse(`${textContent}`);
    } catch {
      return true;
    }
  });
  const type = doc.querySelector('meta[property="og:type"]')?.getAttribute('content');
  return [
    'no element has data-afterlike-product',
    blocks.length ? `${blocks.length} JSON-LD block(s) without a Product${broken.length ? `, ${broken.length} of them not JSON` : ''}` : 'no JSON-LD',
    doc.querySelector('[itemtype*="/Product"],[typeof*=Product]') ? 'a Product in microdata or RDFa without an address or a name' : 'no Product in microdata or RDFa',
    type ? `og:type is ${type}` : 'no og:type',
    doc.querySelector('h1') ? 'a heading (h1), but no price beside something to buy with, and no cards with picture, name, price and link' : 'no heading (h1)',
  ];
}

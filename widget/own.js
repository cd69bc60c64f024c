/** The owner's own wishes, from the tag's attributes: places, looks, words, and what may be kept. Loaded only where there are any. */

import * as english from './words/en.js';

/** @typedef {import('./main.js').Tools} Tools */
/** @typedef {import('./find.js').How} How */

/**
 * @typedef {object} Own
 * @property {string} [target]  selector of the button's place on the page of one product
 * @property {string} [cardTarget]  selector of its place within a card
 * @property {How} [position]  how it stands to that place
 * @property {boolean} [pages]  whether a page without a product can be liked itself
 * @property {string} [icon]  outline in a box of 24 × 24
 * @property {number} [countFrom]  smaller counts are not shown
 */

/** @type {Record<string, string>} */
const SHAPES = {
  thumb: 'M7 10v11H3V10zM7 10l5-8c2 0 3 2 2.500 4L14 9h6c1.500 0 2 1 1.700 2.500l-1.700 8c-.300 1-1 1.500-2 1.500H7',
  star: 'M12 2l3 7 7 .600-5.400 4.800L18.300 22 12 18l-6.300 4 1.700-7.600L2 9.600 9 9z',
};

/**
 * What the tag asks for. With `data-consent` it is told only when the visitor has agreed: until then nothing begins.
 * @param {Tools} tools @returns {Promise<Own>}
 */
export async function own(tools) {
  const { script: { dataset }, doc, store, load, speak } = tools;
  const debug = dataset.debug != null && await load('debug');
  /** @param {string} sentence */
  const wrong = sentence => debug && debug.say(sentence);
  if (debug) debug.debug(tools);
  // “signal” asks those alone whose browser says that they would rather not be followed: for them nothing lasts anyway.
  if (dataset.consent != null && !(dataset.consent === 'signal' && store.lasting)) {
    wrong('waits for Afterlike.consent(true), because of data-consent');
    await new Promise(go => { tools.allow = go; });
  }
  if (/^(never|ask)$/.test(dataset.remember ?? '')) store.lasting = false;
  const lay = texts();
  tools.speak = async locale => lay(locale, await speak(locale));
  if (dataset.remember === 'ask') asks(tools);
  return {
    target: selector(dataset.target),
    cardTarget: selector(dataset.cardTarget),
    position: position(),
    pages: dataset.pages != null && doc.location.pathname.startsWith(dataset.pages),
    icon: outline(),
    countFrom: Number.parseInt(dataset.countFrom ?? '', 10) || 0,
  };

  /** @param {string|undefined} text */
  function selector(text) {
    try {
      if (text) doc.querySelector(text);
      return text;
    } catch {
      wrong(`“${text}” is not a CSS selector; it is left aside`);
    }
  }

  function position() {
    const { position = 'after' } = dataset;
    if (/^(after|before|append|prepend)$/.test(position)) return /** @type {How} */ (position);
    wrong(`data-position is after, before, append or prepend, not “${position}”`);
  }

  function outline() {
    const { icon, shape = 'heart' } = dataset;
    if (icon && !/^[\d\s,.a-z+-]+$/i.test(icon)) wrong('data-icon is the “d” of one SVG path in a box of 24 × 24');
    else if (icon) return icon;
    if (!SHAPES[shape] && shape !== 'heart') wrong(`data-shape is heart, thumb or star, not “${shape}”`);
    return SHAPES[shape];
  }

  function texts() {
    /** @type {Record<string, any>} */
    const all = {};
    const given = dataset.texts;
    const place = given?.[0] === '{' ? '' : selector(given);
    try {
      if (given && place != null) Object.assign(all, JSON.parse(place ? `${doc.querySelector(place)?.textContent}` : given));
    } catch {
      wrong(`what data-texts names, “${given}”, does not hold JSON; it is left aside`);
    }
    return (/** @type {string} */ locale, /** @type {any} */ spoken) => {
      const mine = all[locale.toLowerCase()] ?? all[locale.slice(0, 2).toLowerCase()] ?? all['*'];
      /** @type {Record<string, any>} */
      const laid = { ...english, ...spoken };
      for (const [part, words] of Object.entries(mine ?? {})) laid[part] = { ...laid[part], ...words };
      return mine ? laid : spoken;
    };
  }
}

/** Asks once on a page, after a like, whether it may be remembered here. @param {Tools} tools */
function asks({ doc, store, faces, speak, locale }) {
  doc.addEventListener('afterlike:details', async event => {
    const face = [...faces.values()].find(({ host }) => host === event.target);
    const words = (await speak(locale))?.remember ?? english.remember;
    if (!face || !face.liked) return;
    const line = doc.createElement('p');
    const shut = () => {
      line.remove();
      face.button.focus();
    };
    /** @param {string} text @param {() => void} does */
    const choice = (text, does) => {
      const made = doc.createElement('button');
      made.type = 'button';
      made.part = 'choice';
      made.textContent = text;
      made.onclick = does;
      return made;
    };
    line.part = 'ask';
    line.onclick = event => {
      event.stopPropagation(); // a card that opens its product when it is pressed is not meant
      event.preventDefault();
    };
    line.append(`${words.ask} `, choice(words.yes, () => {
      store.lasting = true;
      for (const one of store.kept.values()) store.set(one);
      shut();
    }), ' ', choice(words.no, shut));
    face.root.append(line);
    face.say(words.ask);
  }, { once: true });
}

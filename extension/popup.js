/** The popup: what there is to like on this page, where buttons come by themselves, and all that is liked. */

import { ask, browser } from './browser.js';
import { likes } from './mine.js';
import { make, page, part, say, toggle } from './page.js';
import { ALL, patternOf } from './sites.js';

const [SOON, OFTEN, PATIENCE] = [150, 1500, 2500]; // milliseconds

const named = new URLSearchParams(location.search).get('tab');
/** @type {any} */
const tab = await (named ? browser.tabs.get(+named) : browser.tabs.query({ active: true, currentWindow: true }).then((/** @type {any[]} */ [one]) => one)).catch(() => undefined);

/* ---- this page ---- */

const note = make('p', { role: 'status' }, say('looking'));
const list = make('ul', {});
/** @type {Map<string, ReturnType<typeof row>>} */
const rows = new Map();

/** One that does not come leaves its place. @param {string} src */
const picture = src => {
  const made = make('img', { className: 'picture', alt: '', referrerPolicy: 'no-referrer', onerror: () => made.replaceWith(make('span', { className: 'picture' })), src });
  return made;
};

/** @param {import('../widget/facts.js').Product} product */
function row({ key, title, url, image }) {
  const name = title ?? url;
  const press = make('button', { type: 'button', className: 'like', ariaLabel: say('like', { product: name }), onclick: turn });
  const li = make('li', {}, image && /^(https?|data):/.test(image) && picture(image), make('span', { className: 'title' }, name), press);

  async function turn() {
    const pressed = await ask('turn', { tab: tab.id, key }).catch(() => undefined);
    if (pressed) show(pressed.liked);
    else note.textContent = say('wrong');
  }

  /** @param {boolean} liked @param {number} [count] */
  function show(liked, count) {
    press.ariaPressed = `${liked}`;
    press.dataset.count = count ? count.toLocaleString() : '';
  }
  return { li, show };
}

/** @param {any[]} products */
function show(products) {
  for (const { key, liked, count, ...product } of products) {
    const known = rows.get(key) ?? row({ key, ...product });
    rows.set(key, known);
    known.show(liked, count);
    if (!known.li.isConnected) list.append(known.li);
  }
  for (const [key, { li }] of rows) if (!products.some(one => one.key === key)) li.remove();
}

/** Asks the page until the popup is closed: shops bring their products late, and the collector answers late. */
async function look() {
  const begun = Date.now();
  for (;;) {
    const found = await ask('found', { tab: tab.id });
    // Nobody there: the page is new, or has just been loaded anew.
    if (!found && await ask('look', { tab: tab.id }).then(() => false, () => true)) {
      note.textContent = say('closed');
      return;
    }
    const { widget, products = [] } = found ?? {};
    show(widget ? [] : products);
    const patient = !widget && !products[0] && Date.now() - begun < PATIENCE;
    const said = say(widget ? 'own' : products[0] ? 'found' : patient ? 'looking' : 'nothing', { n: products.length });
    if (note.textContent !== said) note.textContent = said;
    await new Promise(go => setTimeout(go, patient ? SOON : OFTEN));
  }
}

/* ---- where buttons come by themselves ---- */

/** @param {string} text @param {string} [pattern]  none where it cannot be switched */
function always(text, pattern) {
  const { box, label } = toggle(text, {
    disabled: true,
    onchange: async () => {
      // Asked in the press itself: browsers want it so.
      const yes = box.checked && await browser.permissions.request({ origins: [pattern] }).catch(() => false);
      if (yes || !box.checked) await ask('always', { pattern, yes });
      await switches();
    },
  });
  return { label, pattern, box };
}

const url = /^https?:/.test(tab?.url) ? tab.url : undefined;
const site = always(url ? say('site', { site: new URL(url).hostname }) : say('noSite'), url && patternOf(url));
const all = always(say('all'), ALL);

async function switches() {
  const allowed = await ask('allowed');
  const { host_permissions: given = [], content_scripts: [own] = [] } = browser.runtime.getManifest();
  all.box.checked = allowed.includes(ALL);
  all.box.disabled = false;
  site.box.checked = all.box.checked || [...allowed, ...own?.matches ?? []].includes(site.pattern);
  site.box.disabled = !site.pattern || all.box.checked || given.includes(site.pattern);
}

/* ---- both views ---- */

const here = make('section', { id: 'here' },
  make('h2', { className: 'quiet' }, say('here')), tab?.incognito && make('p', { className: 'notice' }, say('private')), note, list,
  part('always', site.label, all.label));
const mine = make('section', { id: 'mine' }, make('h2', { className: 'quiet' }, say('mine')));
const views = { here, mine };
const links = Object.keys(views).map(name => make('a', { href: `#${name}` }, say(/** @type {'here'} */ (name))));
const refresh = likes(mine, tab);

function turned() {
  const name = location.hash === '#mine' ? 'mine' : 'here';
  here.hidden = name !== 'here';
  mine.hidden = name !== 'mine';
  for (const link of links) link.ariaCurrent = link.hash === `#${name}` ? 'page' : null;
  if (name === 'mine') refresh();
}

page(NAME, here, mine);
document.querySelector('header')?.append(make('nav', {}, ...links));
addEventListener('hashchange', turned);
turned();
switches();
if (tab) look();

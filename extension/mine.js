/** All that is liked on this device: found again, taken back, answered, saved as a file, deleted. */

import { ask, browser } from './browser.js';
import { csv, save } from './files.js';
import { button, language, make, say } from './page.js';
import { settings } from './settings.js';

/** @typedef {import('./likes.js').Like} Like */

/** @param {Like} like @returns {string} */
const titled = ({ product: { title, url } }) => title ?? url;

/** @param {Like} like */
const state = ({ site, refused }) => refused ? say('refused', { why: refused }) : site ? '' : say('waits');

/**
 * Fills the section; what is answered brings it up to date.
 * @param {HTMLElement} section @param {any} tab  whose page hears what is taken back here
 */
export function likes(section, tab) {
  /** @type {Like[]} */
  let all = [];
  /** @type {Map<string, {li: HTMLLIElement, show: (like: Like) => void, gone?: boolean}>} */
  const rows = new Map();
  const list = make('ul', {});
  const note = make('p', { role: 'status' });
  const to = make('p', {});
  const waiting = make('span', {});
  const again = button('again', async () => {
    await ask('again');
    await refresh();
  });
  const search = make('input', { type: 'search', ariaLabel: say('search'), placeholder: say('search'), oninput: sift });

  /** @param {Like} like @param {string} id @param {boolean} liked */
  const tell = ({ origin, key }, id, liked) => tab?.url?.startsWith(`${origin}/`)
    && browser.tabs.sendMessage(tab.id, { what: 'answered', key, like: id, liked }, { frameId: 0 }).catch(() => undefined);

  /** @param {Like} like */
  function row(like) {
    const { id, at, product } = like;
    const title = titled(like);
    const { host } = new URL(product.url);
    const said = make('small', {});
    const answer = make('a', { className: 'button', href: `step.html?like=${id}`, target: '_blank', ariaLabel: say('answerTo', { product: title }) }, say('answer'));
    const less = button('unlike', back, { ariaLabel: say('unlikeThis', { product: title }) });
    const what = make('div', { className: 'title' },
      /^https?:/.test(product.url) ? make('a', { href: product.url, target: '_blank', rel: 'noreferrer' }, title) : title,
      make('small', {}, `${host} · ${new Date(at).toLocaleDateString(language, { dateStyle: 'medium' })}`), said);
    const li = make('li', {}, what, answer, less);
    /** @type {{li: HTMLLIElement, show: (like: Like) => void, gone?: boolean}} */
    const made = { li, show };

    /** @param {Like} now */
    function show(now) {
      like = now;
      said.textContent = state(now);
      answer.hidden = !now.step;
    }

    async function back() {
      await ask('unlike', { id });
      tell(like, id, false);
      const undo = button('undo', async () => {
        const press = { ...like, id: crypto.randomUUID(), context: { ...like.context, pressed_at: Date.now() } };
        tell(like, await ask('like', { press }), true);
        rows.delete(id);
        await refresh();
        li.remove();
        list.querySelector('button')?.focus();
      });
      made.gone = true;
      li.replaceChildren(make('span', { className: 'title' }, say('gone', { product: title })), undo);
      undo.focus();
      await refresh();
    }
    return made;
  }

  function sift() {
    const sought = search.value.trim().toLowerCase();
    let seen = 0;
    for (const like of all) {
      const { li } = rows.get(like.id) ?? {};
      if (!li) continue;
      li.hidden = !`${titled(like)} ${like.product.url} ${state(like)}`.toLowerCase().includes(sought);
      if (!li.hidden) seen++;
    }
    const said = seen || [...rows.values()].some(({ gone }) => gone) ? '' : say(all[0] ? 'noMatch' : 'none');
    if (empty.textContent !== said) empty.textContent = said;
  }

  async function refresh() {
    const [{ collector, site }, count] = await Promise.all([settings(), ask('waiting')]);
    all = await ask('all');
    for (const [id, { li, gone }] of rows) {
      if (gone || all.some(one => one.id === id)) continue;
      li.remove();
      rows.delete(id);
    }
    for (const [i, like] of all.entries()) {
      const known = rows.get(like.id) ?? row(like);
      if (!rows.has(like.id)) list.insertBefore(known.li, list.children[i] ?? null);
      rows.set(like.id, known);
      known.show(like);
    }
    to.textContent = say(site ? 'toSite' : 'to', { collector, site });
    waiting.textContent = count ? say('waiting', { n: count }) : '';
    again.hidden = !count;
    for (const one of [json, table]) one.disabled = !all[0];
    sift();
  }

  const json = make('button', { type: 'button', onclick: () => save('likes.json', 'application/json', JSON.stringify(all, null, 2)) }, 'JSON');
  const table = make('button', { type: 'button', onclick: () => save('likes.csv', 'text/csv', csv(all)) }, 'CSV');
  const empty = make('p', { role: 'status' });

  const erase = button('erase', () => {
    sure.hidden = false;
    no.focus();
  }, { className: 'bad' });
  const no = button('no', () => {
    sure.hidden = true;
    erase.focus();
  });
  const sure = make('div', { className: 'notice', role: 'group', ariaLabel: say('erase'), hidden: true }, make('p', {}, say('sure')), make('div', { className: 'row' }, button('yes', async () => {
    no.click();
    note.textContent = say('erasing');
    const { left } = await ask('erase').catch(() => ({ left: all.length }));
    for (const { li } of rows.values()) li.remove();
    rows.clear();
    await refresh();
    note.textContent = left ? say('left', { n: left }) : say('erased');
  }, { className: 'bad' }), no));

  section.append(search, empty, list, make('footer', {},
    make('div', { className: 'row' }, waiting, again), to,
    make('div', { className: 'row' }, say('export'), json, table, button('settings', () => browser.runtime.openOptionsPage())),
    erase, sure, note));
  setInterval(() => section.hidden || refresh().catch(() => undefined), 2000);
  return refresh;
}

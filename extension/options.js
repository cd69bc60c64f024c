/** The options: where likes go, the language, and what was allowed. */

import { ask, browser } from './browser.js';
import { button, make, page, part, say, toggle } from './page.js';
import { given, PERMISSION } from './personal.js';
import { originOf, set, settings } from './settings.js';
import { ALL, patternOf } from './sites.js';

const now = await settings();

/* ---- where likes go ---- */

const told = make('p', { role: 'status', id: 'told' });
/** @param {'collector'|'site'} id @param {string} [help] */
const field = (id, help) => {
  const input = make('input', { id, value: now[id] ?? '', autocomplete: 'off', autocapitalize: 'off', spellcheck: false, dir: 'ltr', inputMode: id === 'site' ? 'text' : 'url' });
  input.setAttribute('aria-describedby', help ? `${id}-help told` : 'told');
  return { input, nodes: [make('label', { htmlFor: id }, say(id === 'site' ? 'key' : id)), input, help && make('small', { id: `${id}-help` }, help)] };
};
const collector = field('collector');
const site = field('site', say('keyHelp'));

/** @param {Parameters<typeof say>[0]} name @param {HTMLInputElement} [at]  what is wrong */
function tell(name, at) {
  told.textContent = say(name);
  told.className = at ? 'bad' : '';
  for (const { input } of [collector, site]) input.ariaInvalid = input === at ? 'true' : null;
  at?.focus();
}

/** @param {boolean} keep */
const go = keep => async (/** @type {Event} */ event) => {
  event.preventDefault();
  const said = { collector: collector.input.value, site: site.input.value.trim() };
  const typed = originOf(said.collector);
  // Asked in the press itself: browsers want it so.
  const asked = typed && browser.permissions.request({ origins: [patternOf(typed)] }).catch(() => false);
  tell('checking');
  await asked;
  const { wrong, origin } = await ask('check', said);
  if (wrong) return tell(wrong, (/Key$/.test(wrong) ? site : collector).input);
  collector.input.value = origin;
  if (keep) await set({ collector: origin, site: said.site });
  tell(keep ? 'saved' : 'well');
};

const form = make('form', { noValidate: true, onsubmit: go(true) }, ...collector.nodes, ...site.nodes, told, make('div', { className: 'row' },
  make('button', { className: 'main' }, say('save')), button('check', /** @type {any} */ (go(false))),
  button('reset', async () => {
    await set({ collector: BUILT.collector, site: BUILT.site });
    collector.input.value = BUILT.collector;
    site.input.value = BUILT.site;
    tell('back');
  })));

/* ---- language ---- */

const tongue = make('select', {
  id: 'language', ariaLabel: say('language'),
  onchange: async () => {
    await set({ language: tongue.value });
    // What is typed, and not saved yet, is worth more than a page in the right language.
    if (collector.input.value === now.collector && site.input.value === now.site) location.reload();
  },
}, make('option', { value: '' }, say('browsers')), ...LANGUAGES.map(one => make('option', { value: one, lang: one, selected: one === now.language },
  new Intl.DisplayNames(one, { type: 'language' }).of(one))));

/* ---- what is allowed ---- */

const places = make('ul', {});
async function draw() {
  /** @type {string[]} */
  const allowed = await ask('allowed');
  places.replaceChildren(...allowed.map(pattern => {
    const name = pattern === ALL ? say('everywhere') : pattern.replace(/\/\*$/, '');
    return make('li', {}, make('span', { className: 'title' }, name), button('remove', async () => {
      await ask('always', { pattern, yes: false });
      await draw();
    }, { ariaLabel: say('removeThis', { site: name }) }));
  }));
  if (!allowed[0]) places.append(make('li', {}, say('nowhere')));
}

const may = await given();
const { box, label } = toggle(say('give'), {
  checked: may,
  onchange: async () => {
    await (box.checked ? browser.permissions.request(PERMISSION) : browser.permissions.remove(PERMISSION)).catch(() => undefined);
    box.checked = !!await given();
  },
});

page(say('settings'), part('where', form), part('language', tongue), part('sites', places), may !== undefined && part('personal', label));
draw();

/** The looks of the widget while they are chosen: the preview follows every key, and so does the contrast, counted as sites/looks_checks.py does. */

const form = document.querySelector('[data-looks]');
const stage = form.querySelector('.stage');
const sheet = stage.querySelector('.stage-page');
const PROPERTIES = { text: 'color', ground: 'background', edge: 'border', accent: 'accent', panel_text: 'panel-color', panel: 'panel-background' };
const PAGE = ['page', 'ink'];
const ACCENT = '#e0436f';
const [BLACK, WHITE] = [[0, 0, 0], [255, 255, 255]];
const OUTLINES = {
  heart: 'M12 21C-8 8 6-2 12 6c6-8 20 2 0 15z',
  thumb: 'M7 10v11H3V10zM7 10l5-8c2 0 3 2 2.500 4L14 9h6c1.500 0 2 1 1.700 2.500l-1.700 8c-.300 1-1 1.500-2 1.500H7',
  star: 'M12 2l3 7 7 .600-5.400 4.800L18.300 22 12 18l-6.300 4 1.700-7.600L2 9.600 9 9z',
};

/* ---- what stands in the form ---- */

const field = name => form.elements[name];

/** `#rrggbb` in small letters, or nothing for what is none. @param {string} text */
function colour(text) {
  const digits = /^#([\da-f]{3}|[\da-f]{6})$/.exec(text.trim().toLowerCase())?.[1];
  return digits && `#${digits.length === 3 ? [...digits].map(one => one + one).join('') : digits}`;
}

const chosen = (scheme, name) => colour(field(`${scheme}_${name}`).value) ?? (PAGE.includes(name) ? field(`${scheme}_${name}`).placeholder : undefined);
const schemes = () => field('dark').value === 'no' ? ['light'] : ['light', 'dark'];
const looks = () => schemes().includes(field('look').value) ? field('look').value : 'light';

/* ---- contrast: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio ---- */

const rgb = text => [1, 3, 5].map(place => parseInt(text.slice(place, place + 2), 16));
const hexed = parts => `#${parts.map(part => Math.round(part).toString(16).padStart(2, '0')).join('')}`;
const over = (parts, share, ground) => parts.map((part, i) => part * share + ground[i] * (1 - share));

function luminance(parts) {
  const [red, green, blue] = parts.map(part => part / 255 <= .04045 ? part / 255 / 12.92 : ((part / 255 + .055) / 1.055) ** 2.4);
  return .2126 * red + .7152 * green + .0722 * blue;
}

function ratio([one, other]) {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + .05) / (dark + .05);
}

const ground = seen => seen.ground ?? seen.page;
const panel = seen => {
  const text = seen.panel_text ?? seen.ink;
  return [text, seen.panel ?? over(text, .08, seen.page)];
};
const part = share => seen => {
  const [text, below] = panel(seen);
  return [over(text, share, below), below];
};
const PAIRS = {
  text: ['text', 4.5, seen => [seen.text ?? seen.ink, ground(seen)]],
  pressed: ['accent', 3, seen => [seen.accent, field('shown').value === 'label' ? seen.page : ground(seen)]],
  ring: ['page', 3, seen => [ratio([BLACK, seen.page]) > ratio([WHITE, seen.page]) ? BLACK : WHITE, seen.page]],
  panel: ['panel_text', 4.5, panel],
  hint: ['panel_text', 4.5, part(.75)],
  field: ['panel_text', 3, part(.5)],
  send: ['text', 4.5, seen => {
    const [text, below] = panel(seen);
    return [seen.text ?? text, seen.ground ?? over(seen.text ?? text, .08, below)];
  }],
  tick: ['accent', 3, seen => [seen.accent, panel(seen)[1]]],
};

/** The nearest colour with which every pair is right that hangs on this field. */
function instead(seen, name, first) {
  const ours = Object.values(PAIRS).filter(([of]) => of === name);
  for (let step = 1; step <= 100; step++) for (const end of [BLACK, WHITE]) {
    const mixed = over(end, step / 100, seen[name] ?? first).map(Math.round);
    if (ours.every(([, least, pair]) => ratio(pair({ ...seen, [name]: mixed })) >= least)) return hexed(mixed);
  }
}

function sentence(words, name, fine, other, label) {
  if (name === 'ring') return words.ring;
  if (fine) return words.fine;
  return (other ? words.instead.replace('{colour}', other) : words.ground).replace('{field}', label);
}

function check(scheme) {
  const table = form.querySelector('[data-checks]');
  const seen = { accent: rgb(ACCENT) };
  for (const name of [...Object.keys(PROPERTIES), ...PAGE]) {
    const said = chosen(scheme, name);
    if (said) seen[name] = rgb(said);
  }
  for (const row of table.querySelectorAll(`[data-scheme="${scheme}"] [data-check]`)) {
    const [name, least, pair] = PAIRS[row.dataset.check];
    const found = ratio(pair(seen));
    const fine = found >= least;
    const label = field(`${scheme}_${name}`).labels[0].textContent;
    row.toggleAttribute('data-weak', !fine);
    row.querySelector('[data-ratio]').textContent = found.toFixed(2);
    row.querySelector('[data-sentence]').textContent = sentence(table.dataset, row.dataset.check, fine, fine ? '' : instead(seen, name, pair(seen)[0]), label);
  }
}

/* ---- the preview ---- */

const say = (property, value) => value ? sheet.style.setProperty(property, value) : sheet.style.setProperty(property, 'initial');

/** The shape is drawn into the real buttons: the widget reads it once. */
function reshape() {
  for (const host of sheet.querySelectorAll('*')) host.shadowRoot?.querySelector('path')?.setAttribute('d', OUTLINES[field('shape').value]);
}

function show() {
  const look = looks();
  stage.dataset.look = look;
  sheet.style.colorScheme = look;
  sheet.style.background = chosen(look, 'page');
  sheet.style.color = chosen(look, 'ink');
  for (const [name, property] of Object.entries(PROPERTIES)) {
    const said = chosen(look, name);
    say(`--afterlike-${property}`, said && (name === 'edge' ? `1px solid ${said}` : said));
  }
  for (const size of form.querySelectorAll('[data-size]')) say(size.dataset.size, /^\d{1,2}$/.test(size.value.trim()) && `${size.value.trim()}px`);
  const shown = field('shown').value;
  say('--afterlike-label', shown === 'icon' && 'none');
  say('--afterlike-width', shown === 'icon' && '44px');
  say('--afterlike-icon', shown === 'label' && 'none');
  for (const picker of form.querySelectorAll('[data-picks]')) {
    const { value, placeholder } = field(picker.dataset.picks);
    const said = colour(value) ?? colour(placeholder);
    picker.value = said ?? '#ffffff';
    picker.toggleAttribute('data-unset', !said);
  }
  for (const typed of form.querySelectorAll('[data-colour]')) {
    if (typed.value.trim() && !colour(typed.value)) typed.setAttribute('aria-invalid', 'true');
    else typed.removeAttribute('aria-invalid');
  }
  const two = schemes().length > 1;
  form.querySelector('[data-look-choice]').hidden = !two;
  form.querySelector('[data-dark]').open ||= two;
  for (const head of form.querySelectorAll('[data-scheme-head]')) head.hidden = !two;
  form.querySelector('tbody[data-scheme="dark"]').hidden = !two;
  for (const scheme of schemes()) check(scheme);
  reshape();
}

for (const picker of form.querySelectorAll('[data-picks]')) {
  picker.hidden = false;
  picker.addEventListener('input', () => {
    field(picker.dataset.picks).value = picker.value;
    show();
  });
}
form.addEventListener('input', show);
document.addEventListener('afterlike:ready', reshape);
new MutationObserver(reshape).observe(sheet, { childList: true, subtree: true });
show();

/** The words of the widget while they are written: they are put into the real button and panel of the preview at every key. */

const form = document.querySelector('[data-words]');
const sheet = form.querySelector('.stage-page');
// Where in the widget a text stands; one without a place is heard or seen at a step that the preview does not take by itself.
const PLACES = {
  'button.label': '#label', 'button.like': '[aria-pressed]', 'panel.next': '[part="send"]', 'panel.skip': '.quiet', 'panel.close': '[part="close"]',
  'panel.of': '.ends', 'panel.thanks': '[part="title"]', 'panel.opened': '[role="status"]', 'panel.missing': '[role="alert"]', 'fields.away': '[role="alert"]',
};
const SPOKEN = ['button.like', 'panel.close']; // names that are heard: aria-label

const filled = text => text.match(/\{\w+\}/g) ?? [];
const escaped = text => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** What a field says: its text where that can be used, else ours. @param {string} name */
function said(name) {
  const { value, placeholder } = form.elements[name];
  const text = value.trim();
  return text && filled(placeholder).every(one => text.includes(one)) ? text : placeholder;
}

/** All texts as they are typed; the button's name holds what stands on it, as sites/own_words.py sees to. */
function now() {
  const texts = Object.fromEntries(Object.keys(PLACES).map(name => [name, said(name)]));
  const label = texts['button.label'];
  if (!texts['button.like'].toLowerCase().includes(label.toLowerCase())) texts['button.like'] = `${label}: {product}`;
  return texts;
}

const made = now(); // what the widget of this page was made with
let last = made;
// What comes later, a next card or a word of thanks, is made with the texts of the page.
const seen = new WeakSet();

/** The text with the same things filled in, where it was made from this one. @param {string} shown @param {string} from @param {string} to */
function laid(shown, from, to) {
  const names = filled(from);
  const found = new RegExp(`^${escaped(from).replace(/\\\{\w+\\\}/g, '(.+)')}$`).exec(shown);
  return found && names.reduce((text, name, place) => text.replace(name, () => found[place + 1]), to);
}

function show() {
  const texts = now();
  for (const { shadowRoot } of [...sheet.querySelectorAll('*')].filter(one => one.shadowRoot)) {
    if (!seen.has(shadowRoot)) new MutationObserver(show).observe(shadowRoot, { childList: true, subtree: true });
    seen.add(shadowRoot);
    for (const [name, place] of Object.entries(PLACES)) for (const one of shadowRoot.querySelectorAll(place)) {
      const read = SPOKEN.includes(name) ? one.ariaLabel : one.textContent;
      const text = read && (laid(read, last[name], texts[name]) ?? laid(read, made[name], texts[name]));
      if (!text || text === read) continue;
      if (SPOKEN.includes(name)) one.ariaLabel = text;
      else one.textContent = text;
    }
  }
  last = texts;
}

form.addEventListener('input', show);
document.addEventListener('afterlike:ready', show);
new MutationObserver(show).observe(sheet, { childList: true, subtree: true });
show();

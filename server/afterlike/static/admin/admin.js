/** What makes the admin pages quicker to use. Every page works without it; what needs it is hidden until it is here. */

const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const says = document.querySelector('[data-says]');

/** Moments in the reader's own time. */
const spoken = document.documentElement.lang;
const local = new Intl.DateTimeFormat(spoken === 'en' ? 'en-GB' : spoken, { dateStyle: 'medium', timeStyle: 'short' });
export const inOwnTime = within => {
  for (const time of all('time[datetime*="T"]', within)) time.querySelector('small').textContent = local.format(new Date(time.dateTime));
};
inOwnTime(document);

/** A picture that cannot be loaded leaves its place to the drawing behind it. */
for (const image of all('.picture img')) {
  const leave = () => image.remove();
  if (image.complete && !image.naturalWidth && image.currentSrc) leave();
  else image.addEventListener('error', leave);
}

/** Empty fields stay out of the address. */
for (const form of all('form[data-tidy]')) {
  form.addEventListener('formdata', ({ formData }) => {
    for (const [name, value] of [...formData]) if (!value) formData.delete(name);
  });
}

/** Ticking all at once, and how many are ticked. */
for (const list of all('form[data-list]')) {
  const boxes = all('input[name="like"]:enabled', list);
  const whole = list.querySelector('[data-all]');
  if (!whole || !boxes.length) continue;
  const box = whole.querySelector('input');
  const show = () => {
    const ticked = boxes.filter(one => one.checked).length;
    box.checked = ticked === boxes.length;
    box.indeterminate = ticked > 0 && !box.checked;
    list.querySelector('[data-ticked]').value = ticked ? says.dataset.ticked.replace('{n}', ticked) : '';
    for (const button of all('button[name="decision"]', list)) button.disabled = !ticked;
  };
  box.addEventListener('change', () => {
    for (const one of boxes) one.checked = box.checked;
    show();
  });
  list.addEventListener('change', show);
  addEventListener('pageshow', show); // ticks come back with the Back button
  whole.hidden = false;
  show();
}

/** Copies a snippet; where the browser does not let us (plain http), it is selected for the reader to copy. */
for (const button of all('button[data-copies]')) {
  const source = document.getElementById(button.dataset.copies);
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(source.textContent);
      says.textContent = says.dataset.copied;
      button.dataset.done = '';
    } catch {
      getSelection().selectAllChildren(source);
      says.textContent = says.dataset.selected;
    }
  });
  button.hidden = false;
}

/** The current page of a row of tabs is in sight, however narrow the screen. */
for (const tab of all('.tabs [aria-current]')) {
  const row = tab.closest('ul');
  row.scrollLeft = tab.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2;
}

/** Keys: "/" searches, "?" lists the keys; never while somebody types. */
document.querySelector('[data-keys-close]').addEventListener('click', () => document.querySelector('[data-keys]').close());
addEventListener('keydown', event => {
  const typing = event.target.closest?.('input, select, textarea, [contenteditable]');
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const search = document.querySelector('main input[type="search"]');
  if (event.key === '?') document.querySelector('[data-keys]').showModal();
  else if (event.key === '/' && search) search.select();
  else return;
  event.preventDefault();
});

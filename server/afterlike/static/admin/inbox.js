/** Keys of the inbox: "j" and "k" to the next conversation and the one before, "r" to the answer. Saved replies into the field. */

const field = document.getElementById('words');
const links = () => [...document.querySelectorAll('[data-talks] h3 a')];

/** Where j and k start: the focused one, else the one that is open, else before the first. */
function place(among) {
  const focused = among.indexOf(document.activeElement);
  return focused >= 0 ? focused : among.findIndex(link => link.hasAttribute('aria-current'));
}

function step(by) {
  const among = links();
  const open = among.some(link => link.hasAttribute('aria-current'));
  const next = among[place(among) + by];
  if (!next) return;
  if (open && next.offsetParent !== null || next.offsetParent === null) next.click();
  else next.focus();
}

const keys = { j: () => step(1), k: () => step(-1), r: () => field?.focus() };

addEventListener('keydown', event => {
  const typing = event.target.closest?.('input, select, textarea, [contenteditable], dialog[open]');
  if (typing || event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
  keys[event.key]();
  event.preventDefault();
});

for (const button of document.querySelectorAll('[data-fills]')) {
  if (!field) break;
  button.addEventListener('click', () => {
    const words = document.getElementById(button.dataset.fills).textContent;
    field.setRangeText(words, field.selectionStart, field.selectionEnd, 'end');
    field.focus();
  });
  button.hidden = false;
}

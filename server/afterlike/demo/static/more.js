/** Load more: takes the cards out of the very page that the link leads to, and appends them here. */

const link = document.querySelector('[data-more]');

link?.addEventListener('click', async event => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || link.ariaBusy === 'true') return;
  event.preventDefault();
  link.ariaBusy = 'true';
  try {
    const answer = await fetch(link.href);
    if (!answer.ok) throw new Error(`${answer.status}`);
    append(new DOMParser().parseFromString(await answer.text(), 'text/html'));
  } catch {
    location.href = link.href; // the link works without us
  }
  link.ariaBusy = 'false';
});

/** @param {Document} page */
function append(page) {
  const cards = [...page.querySelectorAll('[data-cards] > *')];
  document.querySelector('[data-cards]').append(...cards);
  document.querySelector('[data-status]').textContent = link.dataset.done.replace('{n}', `${cards.length}`);
  count();
  cards[0]?.querySelector('a')?.focus({ preventScroll: true });
  const next = page.querySelector('[data-more]');
  if (next) link.href = next.href;
  else link.remove();
}

/** "Showing 1 to 20 of 40" becomes "1 to 40". */
function count() {
  const shown = document.querySelector('[data-shown]');
  const all = document.querySelectorAll('[data-cards] > *').length;
  let nth = 0;
  shown.textContent = shown.textContent.replace(/\d+/g, number => (++nth === 2 ? `${all}` : number));
}

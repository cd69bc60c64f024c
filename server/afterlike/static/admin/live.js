/** Keeps Home up to date: the server says that likes have come, and the page asks for itself again. Without it the page stands. */

import { inOwnTime } from './admin.js';

const place = document.querySelector('[data-stream]');
const from = place && new URL(place.dataset.stream, location.href);
const REST = 60_000; // when too many listen already, or the network is away
const parts = within => [...within.querySelectorAll('[data-live]')];
let stream, asked = false;

/** Puts what has changed in its place; nothing moves while somebody works within it. */
async function renew() {
  if (asked) return;
  asked = true;
  try {
    const answer = await fetch(location.href, { headers: { Accept: 'text/html' } });
    if (!answer.ok || answer.redirected) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
    inOwnTime(fresh);
    const empty = document.querySelector('[data-first]');
    if (!empty) exchange(fresh);
    else if (!fresh.querySelector('[data-first]')) begin(empty, fresh);
  } catch {
    // the next event asks again
  } finally {
    asked = false;
  }
}

function exchange(fresh) {
  const now = parts(fresh);
  for (const [nth, old] of parts(document).entries()) {
    if (now[nth] && !old.contains(document.activeElement)) old.replaceChildren(...now[nth].childNodes);
  }
}

/** With the first like the empty page becomes the real one; for whoever is at work in it, once they leave it. */
function begin(empty, fresh) {
  const says = document.querySelector('[data-says]'), main = document.querySelector('main'), at = document.activeElement;
  if (says.textContent !== empty.dataset.first) says.textContent = empty.dataset.first;
  if (at !== main && main.contains(at)) empty.addEventListener('focusout', renew);
  else main.replaceChildren(...fresh.querySelector('main').childNodes);
}

function listen() {
  stream = new EventSource(from);
  stream.addEventListener('likes', event => {
    from.searchParams.set('since', event.lastEventId);
    renew();
  });
  stream.addEventListener('error', () => {
    if (stream.readyState == EventSource.CLOSED) setTimeout(() => document.hidden || listen(), REST);
  });
}

if (from) {
  listen();
  // A page that nobody looks at holds no thread of the server.
  document.addEventListener('visibilitychange', () => {
    stream.close();
    if (document.hidden) return;
    renew();
    listen();
  });
  addEventListener('pagehide', () => stream.close());
}

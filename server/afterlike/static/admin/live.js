/** Keeps Home up to date: the server says that likes have come, and the page asks for itself again. Without it the page stands. */

const from = document.querySelector('[data-stream]')?.dataset.stream;
const REST = 60_000; // when too many listen already, or the network is away
const parts = within => [...within.querySelectorAll('[data-live]')];
const local = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
let stream, asked = false;

/** Puts what has changed in its place; nothing moves while somebody works within it. */
async function renew() {
  if (asked) return;
  asked = true;
  try {
    const answer = await fetch(location.href, { headers: { Accept: 'text/html' } });
    if (!answer.ok || answer.redirected) return;
    const fresh = parts(new DOMParser().parseFromString(await answer.text(), 'text/html'));
    for (const [place, old] of parts(document).entries()) {
      if (!fresh[place] || old.contains(document.activeElement)) continue;
      for (const time of fresh[place].querySelectorAll('time[datetime*="T"]')) time.querySelector('small').textContent = local.format(new Date(time.dateTime));
      old.replaceChildren(...fresh[place].childNodes);
    }
  } catch {
    // the next event asks again
  } finally {
    asked = false;
  }
}

function listen() {
  stream = new EventSource(from);
  stream.addEventListener('likes', renew);
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

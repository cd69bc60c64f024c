/** Reads how far an erasure is, every two seconds, until it has ended. Without it the page's own button does. */

const place = document.querySelector('[data-going]');
const local = new Intl.DateTimeFormat(document.documentElement.lang === 'en' ? 'en-GB' : document.documentElement.lang, { dateStyle: 'medium', timeStyle: 'short' });
const PAUSE = 2_000;

async function look() {
  if (place.dataset.going !== 'yes') return;
  try {
    const answer = await fetch(location.href, { headers: { Accept: 'text/html' } });
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const fresh = answer.ok && page.querySelector('[data-going]');
    if (fresh) show(fresh, page.title);
  } catch {
    // the next look may reach the server
  }
  setTimeout(look, PAUSE);
}

function show(fresh, title) {
  for (const time of fresh.querySelectorAll('time[datetime*="T"]')) time.querySelector('small').textContent = local.format(new Date(time.dateTime));
  if (fresh.dataset.going === 'yes') {
    const [bar, told] = ['progress', '#far'].map(one => place.querySelector(one));
    bar.value = fresh.querySelector('progress').value;
    told.replaceChildren(...fresh.querySelector('#far').childNodes);
    return;
  }
  place.dataset.going = 'no';
  place.replaceChildren(...fresh.childNodes);
  document.title = title;
}

setTimeout(look, PAUSE);

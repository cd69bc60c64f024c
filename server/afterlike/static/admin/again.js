/** A page that waits looks again by itself and changes what is new, not what somebody reads or types. Without script it is loaded anew. */

import { inOwnTime } from './admin.js';

const SOON = 5_000;
const parts = within => [...within.querySelectorAll('[data-live]')];
const status = within => within.querySelector('[data-live] [role="status"] p')?.textContent;
const after = within => within.querySelector('[data-again]')?.dataset.again;
const says = document.querySelector('[data-says]');
let next = after(document);

async function look() {
  try {
    const answer = await fetch(next, { headers: { Accept: 'text/html' } });
    if (answer.ok && !answer.redirected) renew(new DOMParser().parseFromString(await answer.text(), 'text/html'));
  } catch {
    // the next look asks again
  }
  if (next) setTimeout(look, SOON);
}

function renew(fresh) {
  const told = status(fresh), now = parts(fresh), then = after(fresh);
  const changed = parts(document).map((old, nth) => [old, now[nth]]).filter(([old, one]) => old.textContent !== one.textContent);
  const [busy, free] = [true, false].map(within => changed.filter(([old]) => old.contains(document.activeElement) === within));
  inOwnTime(fresh);
  for (const [old, one] of free) old.replaceChildren(...one.childNodes);
  if (told && told !== says.textContent) says.textContent = told;
  next = then ?? (busy.length ? next : undefined);
}

if (next) setTimeout(look, SOON);

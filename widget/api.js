/** `window.Afterlike`: what the page's own scripts may ask of the widget. Each method is loaded with its first call. */

/** @typedef {import('./main.js').Tools} Tools */
/** @typedef {import('./facts.js').Product & {liked: boolean, count?: number}} Liked */

/**
 * The visitor's answer about being remembered. With `data-consent` on the tag nothing begins before `true`; `false`
 * takes the buttons away and deletes what this browser holds.
 * @param {Tools} tools @param {boolean} yes
 */
export async function consent(tools, yes) {
  const { allow, watcher, faces, doc, look } = tools;
  if (!yes) {
    watcher?.disconnect();
    for (const { host, panel } of faces.values()) {
      panel?.close();
      host.remove();
    }
    await forget(tools);
    // A navigation within the page has it looked at all the same: then nothing is to be found.
    tools.stopped ??= { looked: tools.looked };
    tools.looked = finds => { finds.length = 0; };
  } else if (tools.stopped) {
    tools.looked = tools.stopped.looked;
    tools.stopped = undefined;
    await look?.();
    watcher?.observe(doc, { childList: true, subtree: true, characterData: true });
  } else {
    allow?.();
  }
}

/**
 * Deletes what this browser holds: the visitor's secret, and what has not been delivered. What the collector has stays
 * there, and cannot be taken back from here any more.
 * @param {Tools} tools
 */
export async function forget({ store, site, faces }) {
  store.kept.clear();
  await new Promise(done => {
    const asked = indexedDB.deleteDatabase(`afterlike:${site}`);
    asked.onsuccess = asked.onerror = done;
  }).catch(() => undefined); // a browser without the one has nothing in it
  for (const face of faces.values()) {
    if (face.liked) face.show(false, face.count);
    face.like = undefined;
  }
}

/** Looks at the page again, now. @param {Tools} tools */
export const look = ({ look }) => look?.();

/**
 * As a press on the button of the product with this key; only from a press of the visitor's on something of yours.
 * @param {Tools} tools @param {string} key @returns {boolean} whether there is such a product, and it is liked now
 */
export const like = (tools, key) => turned(tools, key, true);

/** @param {Tools} tools @param {string} key @returns {boolean} whether there is such a product, and it is not liked now */
export const unlike = (tools, key) => turned(tools, key, false);

/** @param {Tools} tools @param {string} key @param {boolean} liked */
function turned({ faces, press }, key, liked) {
  const face = faces.get(key);
  if (face && face.liked !== liked) press(face);
  return face?.liked === liked;
}

/**
 * All that is known of the products that have a button now, in the order of the page.
 * @param {Tools} tools @returns {Promise<Liked[]>}
 */
export async function products({ faces, doc, load, body }) {
  const { details } = await load('read');
  const shown = [...faces.values()]
    .filter(({ host }) => host.isConnected)
    .sort((one, other) => one.host.compareDocumentPosition(other.host) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1);
  return Promise.all(shown.map(async face => {
    const { product } = body(face);
    return { ...product, ...await details(doc, { ...face, product }), liked: face.liked, count: face.count };
  }));
}

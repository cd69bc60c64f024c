/** The script tag: finds the page's products, gives each its button, and carries what is pressed to the collector. */

import { address, line, whole } from './facts.js';
import { brought } from './brought.js';
import { looking } from './look.js';
import { secret, uuid } from './ids.js';
import { CLAIM } from './send.js';
import { store as keeper } from './store.js';
import { button as english } from './words/en.js';

/**
 * @typedef {object} Place
 * @property {import('./facts.js').Product} product
 * @property {import('./facts.js').Told} told  all that was said of it
 * @property {Element} at
 * @property {string} [like]  id of the visitor's like
 * @property {import('./panel.js').Panel} [panel]
 *
 * @typedef {import('./button.js').LikeButton & Place} Face  a product's button on the page
 *
 * @typedef {{status: number, pause?: string|null, answer?: any}} Heard  status 0: nothing came back
 *
 * @typedef {object} Tools  what the later parts of the widget work with
 * @property {HTMLScriptElement} script
 * @property {string} site
 * @property {string} collector
 * @property {string} locale
 * @property {number} loaded  when
 * @property {Document} doc
 * @property {Map<string, Face>} faces
 * @property {import('./store.js').Store} store
 * @property {(name: string) => Promise<any>} load
 * @property {(locale: string) => Promise<any>} speak  the owner's texts are laid over ours by `own.js`
 * @property {(face: Face, name: string, detail?: object) => boolean} tell
 * @property {<T extends any[]>(work: (...args: T) => any) => (...args: T) => Promise<any>} safe
 * @property {() => object} page
 * @property {(face: Face) => void} press
 * @property {() => Promise<void>} [look]  once the page has been looked at
 * @property {MutationObserver} [watcher]  likewise
 * @property {(key: string) => boolean} waits
 * @property {(path: string, body?: object, method?: string) => Promise<Heard>} call
 * @property {(kind: import('./send.js').Kind, line: string, like?: string, body?: object) => import('./send.js').Entry} write
 * @property {(face: Pick<Face, 'product'|'told'>) => {product: import('./facts.js').Product}} body  of its like
 * @property {Map<number, Promise<Heard>>} sent  first calls, by entry, for the outbox to wait for
 * @property {import('./send.js').Outbox} [post]  the outbox, once it is loaded
 * @property {boolean} [waited]  whether the buttons needed a part besides the core
 * @property {Face} [pressed]  the button that was pressed last, where a question may open
 * @property {(yes?: unknown) => void} [allow]  lets a widget begin that waits for consent
 * @property {Pick<Tools, 'looked'>} [stopped]  consent was taken back, and who heard of looks before
 * @property {(finds: import('./find.js').Find[]) => void} [looked]  gets every look's result before it is used, for `data-debug`, and for a page without consent
 * @property {(wrong: unknown) => void} [wrong]  gets every exception that ended within the widget, likewise
 * @property {(kind: string, status: number, answer: any) => void} [heard]  every answer, likewise
 */

const COUNTS = 200; // keys in one request
const LINE = 6e3; // and their length, below what web servers take

/** @param {HTMLScriptElement} script @param {Record<string, (...args: any[]) => Promise<any>>} api  gets its methods */
function start(script, api) {
  const doc = document;
  const dataset = /** @type {DOMStringMap & {site: string}} */ (script.dataset);
  const { site, collector = new URL(script.src).origin, locale = doc.documentElement.lang || navigator.language } = dataset;
  const loaded = Date.now();
  /** By product key; one whose product has left the page stays, for the case that it comes back. @type {Map<string, Face>} */
  const faces = new Map();

  /**
   * The page is not ours: whatever goes wrong here ends here.
   * @template {any[]} T @param {(...args: T) => any} work @returns {(...args: T) => Promise<any>}
   */
  const safe = work => async (...args) => {
    try {
      return await work(...args);
    } catch (wrong) {
      tools.wrong?.(wrong);
    }
  };

  /** A later part of the widget; for a build that is gone the collector answers with today's. */
  const load = safe((/** @type {string} */ name, tries = 0) => WHOLE && brought(tools, name) || import(`${collector}/static/widget/${name}-${BUILD}.js${tries ? `?${tries}` : ''}`));

  /**
   * What follows the first press, and what earlier pages left: asked for until it comes.
   * @type {Promise<typeof import('./after.js')>|undefined}
   */
  let later;
  /** @returns {Promise<typeof import('./after.js')>} */
  const after = async (tries = 0) => {
    const part = navigator.onLine && await load('after', tries);
    if (part) return part;
    await new Promise(go => {
      setTimeout(go, 3e3 << tries);
      addEventListener('online', go);
    });
    return after(tries + 1);
  };
  const use = safe(async (/** @type {keyof typeof import('./after.js')} */ name, /** @type {any[]} */ ...args) => /** @type {Record<string, any>} */ (await (later ??= after()))[name](tools, ...args));

  /** The texts of a language, in English where the collector does not know it; nothing where English, which is at hand, is right. */
  const speak = async (/** @type {string} */ locale) => /^(?!en)[a-z]{2}/i.test(locale) && load(locale.slice(0, 2).toLowerCase());

  /** @param {Face} face @param {string} name @param {object} [detail] @returns {boolean} whether the page lets it happen */
  const tell = (face, name, detail) => face.host.dispatchEvent(
    new CustomEvent(`afterlike:${name}`, { detail: { product: whole(face), ...detail }, bubbles: true, cancelable: true }));

  const page = () => ({ url: address(doc.URL, doc.URL, true), title: line(doc.title, 300), referrer: address(doc.referrer, doc.URL, true) });

  /* ---- finding ---- */

  const met = (/** @type {string[]} */ fresh) => {
    while (fresh[0]) {
      const keys = fresh.splice(0, Math.min(COUNTS, LINE / encodeURIComponent(fresh[0]).length));
      counts(keys);
      back(keys);
    }
  };

  const counts = safe(async (/** @type {string[]} */ keys) => {
    const { answer } = await call(`counts?site=${site}&products=${keys.map(encodeURIComponent)}`);
    for (const key of keys) {
      const face = faces.get(key);
      // A press that came first, and has not been answered, is on top.
      if (face && (face.count == null || waits(key))) face.show(face.liked, (face.count ?? 0) + (answer.counts[key] ?? 0));
    }
  });

  /** What a visitor who has liked before gets besides. @param {string[]} keys */
  const back = keys => visitor() && use('back', keys);

  /* ---- pressing ---- */

  /** The visitor's secret, if there is one. @returns {string|undefined} */
  const visitor = () => store.kept.get('visitor')?.secret;

  /**
   * One call to the collector. Plain text needs no preflight; keepalive outlives the page.
   * @param {string} path @param {object} [body] @param {string} [method]
   */
  const call = async (path, body, method = body && 'POST') => {
    const told = await fetch(`${collector}/v1/${path}`, {
      method, body: body && JSON.stringify({ site, visitor: visitor(), ...body }), credentials: 'omit',
      // Browsers let 64 KiB in all outlive the page, and refuse what is above.
      keepalive: store.kept.size < 14, signal: AbortSignal.timeout?.(1e4),
    });
    return { status: told.status, pause: told.headers.get('retry-after'), answer: await told.json().catch(() => ({})) };
  };

  /**
   * Writes down what is to be sent. The first like makes the visitor.
   * @param {import('./send.js').Kind} kind @param {string} line @param {string} [like] @param {object} [body]
   * @param {Partial<import('./send.js').Entry>|false} [more]
   */
  const write = (kind, line, like, body = {}, more) => {
    const { kept } = store;
    const id = /** @type {number[]} */ ([...kept.keys()]).reduce((most, id) => id > most ? id : most, 0) + Math.random();
    // Written with the first entry, by the making of the database; one that another tab has made stays.
    if (!visitor()) kept.set('visitor', { id: 'visitor', secret: secret(), at: Date.now() });
    const entry = { id, kind, line, like, body, tries: 0, ...more };
    store.set(entry);
    return entry;
  };

  /** Whether a press waits for its answer. @param {string} key */
  const waits = key => [...store.kept.values()].some(one => one.line == key && /like/.test(one.kind));

  /** @type {Tools['body']} */
  const body = face => ({
    product: whole(face),
    page: page(),
    context: { locale, position: [...faces.keys()].indexOf(face.product.key) + 1, dwell_ms: Date.now() - loaded, pressed_at: Date.now(), lasting: store.lasting },
  });

  const press = safe((/** @type {Face} */ face) => {
    const { key } = face.product;
    const liked = !face.liked;
    if (!tell(face, liked ? 'like' : 'unlike')) return;
    face.show(liked, (face.count ?? 0) + (liked ? 1 : -1));
    tools.pressed = face;
    const early = !tools.post;
    if (early) {
      // The visitor may leave at once: nothing waits for what is loaded after the first press. Without a network nothing is under
      // way, so the next page need not wait for its answer.
      const first = navigator.onLine && liked && !waits(key);
      const given = liked ? body(face) : {};
      if (liked) face.like = uuid();
      const { id } = write(liked ? 'likes' : 'unlike', key, face.like, given, first && { tries: 1, firm: true, not_before: Date.now() + CLAIM });
      if (first) sent.set(id, call('likes', { id: face.like, ...given }).catch(() => ({ status: 0 })));
    }
    use('press', face, liked, early);
  });

  /* ---- the page's life ---- */

  const { doNotTrack, globalPrivacyControl } = /** @type {any} */ (navigator);
  const store = keeper(`afterlike:${site}`, !globalPrivacyControl && doNotTrack != 1);
  const sent = new Map();
  /** @type {Tools} */
  const tools = {
    script, site, collector, locale, load, tell, faces, store, loaded, speak, doc, safe, sent, press, waits, call, write, body, page,
  };

  const begin = safe(async () => {
    const wishes = Object.keys(dataset).some(name => !/site|coll|loc/.test(name)) && await (await load('own')).own(tools);
    await store.read();
    // Another tab may have made the visitor since.
    addEventListener('focus', () => visitor() || store.read());
    back([]);
    looking(tools, met, wishes, { ...english, ...(await tools.speak(locale))?.button });
    doc.dispatchEvent(new Event('afterlike:ready'));
  });

  for (const name of 'consent forget look like unlike products'.split(' ')) {
    api[name] = safe(async (/** @type {any} */ given) => (await load('api'))[name](tools, given));
  }
  if (doc.readyState == 'loading') doc.addEventListener('DOMContentLoaded', begin);
  else begin();
}

const script = /** @type {HTMLScriptElement|null} */ (document.currentScript);
// A page has one widget, however often its tag is there.
if (script?.dataset.site && !window.Afterlike) try {
  start(script, window.Afterlike = {});
} catch { /* a browser that lacks what is needed shows the page as it is */ }

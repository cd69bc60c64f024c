/** On a page: gives its products their buttons, and tells the background what is pressed. Sends nothing itself. */

import { address, line, whole } from '../widget/facts.js';
import { uuid } from '../widget/ids.js';
import { looking } from '../widget/look.js';
import { button as english } from '../widget/words/en.js';
import { answering, ask, browser } from './browser.js';
import { readGlobals } from './view.js';
import { part, parts } from './part.js';
import { first, without } from './personal.js';

/** @typedef {import('../widget/main.js').Face} Face */

/** What another copy of this script, of a newer version of the extension, says when it begins. */
const SUCCESSOR = 'afterlike:extension';
const SCRIPT = /\/w(-[\da-f]+)?\.js(\?|$)/;

/**
 * Whether the page has the widget: it knows better what is sold here, and to whom the likes go.
 * @param {Document} doc @param {Element[]} own  buttons that are ours
 */
const hasWidget = (doc, own) => [...doc.scripts].some(({ src, dataset }) => dataset.site && SCRIPT.test(src))
  || [...doc.querySelectorAll('div')].some(div => div.shadowRoot?.querySelector('[part~=button][aria-describedby=count]') && !own.includes(div));

/** Begins on this page; a second time only looks again. */
function start() {
  const doc = document;
  const loaded = Date.now();
  /** @type {Map<string, Face>} */
  const faces = new Map();
  const ended = new AbortController();
  const { signal } = ended;
  let locale = 'en';
  let stepped = false;
  /** When a person last pressed something here. */
  let person = -1e3;
  /** @type {any} */
  let silence;

  /**
   * What goes wrong ends here, and with the extension the buttons end.
   * @template {any[]} T @param {(...args: T) => any} work @returns {(...args: T) => Promise<any>}
   */
  const safe = work => async (...args) => {
    if (!browser.runtime?.id) return end();
    try {
      return await work(...args);
    } catch (wrong) {
      tools.wrong?.(wrong);
      if (!browser.runtime?.id) end();
    }
  };

  /** Takes the buttons off the page for good, those too that a look under way is about to put there. */
  function away() {
    const hosts = () => [...faces.values()].forEach(({ host }) => host.remove());
    tools.watcher?.disconnect();
    tools.looked = (/** @type {any[]} */ finds) => { finds.length = 0; };
    hosts();
    tools.look?.().then(hosts);
  }

  function end() {
    if (signal.aborted) return;
    ended.abort();
    silence?.();
    parts.alive = undefined;
    away();
  }

  const load = safe(part);
  const speak = safe(async (/** @type {string} */ locale) => /^(?!en)[a-z]{2}/i.test(locale) && load(locale.slice(0, 2).toLowerCase()));
  const origin = doc.location.origin;

  /** Only this page's own address, without what may be secret in it. */
  const page = () => ({ url: origin + doc.location.pathname, title: line(doc.title, 300) });

  /** A canonical address elsewhere is the page's word against the address bar's. @param {import('../widget/facts.js').Product} product */
  const here = product => new URL(product.url).host === doc.location.host ? product
    : { ...product, url: address(doc.URL, doc.URL) ?? page().url };

  /** @param {Face} face @param {boolean} liked @param {number} [count] @param {string} [id] */
  function show(face, liked, count, id) {
    face.like = id;
    face.show(liked, count);
    ask('badge', { likes: [...faces.values()].filter(({ liked, host }) => liked && host.isConnected).length }).catch(() => undefined);
  }

  /** What the page's scripts press or send in here is nobody's. @param {Face|undefined} face */
  function guard(face) {
    let pressed = -1e3;
    const stop = (/** @type {Event} */ event) => {
      event.stopImmediatePropagation();
      event.preventDefault();
    };
    // On the root, which no event within it can pass by.
    face?.root.addEventListener('click', event => event.isTrusted ? pressed = event.timeStamp : stop(event), { capture: true, signal });
    face?.root.addEventListener('submit', event => event.timeStamp - pressed > 500 && stop(event), { capture: true, signal });
  }

  const met = safe(async (/** @type {string[]} */ fresh) => {
    for (const key of fresh) {
      guard(faces.get(key));
    }
    if (fresh[0]) for (const [key, { id, count }] of Object.entries(await ask('mine', { origin, keys: fresh }))) {
      const face = faces.get(key);
      if (face && !face.like) show(face, true, count, id);
    }
  });

  /** A button that is not guarded yet may be pressed by a script; no person was there just then. @param {Face} face */
  const press = face => performance.now() - person < 500 && turn(face);

  const turn = safe(async (/** @type {Face} */ face) => {
    const liked = !face.liked;
    const { like } = face;
    const product = face.product = whole(face);
    const id = liked ? uuid() : like;
    tools.pressed = face;
    face.panel?.close();
    show(face, liked, face.count && face.count + (liked ? 1 : -1), liked ? id : undefined);
    const context = { locale, position: [...faces.keys()].indexOf(product.key) + 1, dwell_ms: Date.now() - loaded, pressed_at: Date.now() };
    const kept = await ask('press', { id, liked, origin, product: here(product), page: page(), context });
    if (!liked) return;
    if (face.like === id) face.like = kept; // what was liked before, in another window say, is the same like
    await safe(readGlobals)();
    const all = { ...product, ...await (await load('read'))?.details(doc, face) };
    face.product = all;
    if (face.like === kept) await ask('post', { kind: 'details', like: kept, body: { product: here(all) } });
  });

  /** The collector has answered, or has refused. @param {{key: string, like: string, liked: boolean, count?: number, step?: any, sentence?: string}} told */
  const answered = safe(async ({ key, like, liked, count, step, sentence }) => {
    const face = faces.get(key);
    if (!face || face.like && face.like !== like) return;
    show(face, liked, count, liked ? like : undefined);
    if (sentence) face.say(sentence);
    if (liked && step && step.kind !== 'none' && face === tools.pressed) await (await load('panel')).open(face, ...await allowed(step));
  });

  /** A step, and how it is answered, without what may not be sent. @param {any} step */
  const allowed = async step => first(step) < 0 || await ask('may') ? [step, tools]
    : [without(step, LATER[`${step.locale}`.slice(0, 2)] ?? LATER.en), { ...tools, post: posting(true) }];

  /** @param {boolean} [rest]  of the step is answered elsewhere */
  const posting = rest => ({
    add: (/** @type {string} */ kind, /** @type {string} */ _, /** @type {string} */ like, /** @type {object} */ body) => ask('post', { kind, like, body, rest }).catch(() => undefined),
  });

  /** @type {any} */
  const tools = {
    doc, faces, safe, load, speak, press, uuid,
    tell: () => true, // the page does not hear what is liked on it
    post: posting(),
    call: (/** @type {string} */ path, /** @type {any} */ body) => ask('call', { path, body }),
  };

  /** Whether there is something to do here; says so to who asks. */
  function yields() {
    const own = [...faces.values()].map(({ host }) => host);
    if (!stepped && hasWidget(doc, own)) {
      stepped = true;
      away();
    }
    return stepped;
  }

  const begin = safe(async () => {
    addEventListener('click', event => { if (event.isTrusted) person = event.timeStamp; }, { capture: true, signal });
    doc.dispatchEvent(new Event(SUCCESSOR));
    doc.addEventListener(SUCCESSOR, end, { signal });
    doc.addEventListener('afterlike:ready', () => yields(), { signal });
    doc.addEventListener('visibilitychange', safe(() => undefined), { signal });
    silence = answering({
      answered,
      look: () => yields() || tools.look?.(),
      found: () => ({
        widget: yields(),
        products: [...faces.values()].filter(({ host }) => host.isConnected).map(face => {
          const { key, title, url, image } = whole(face);
          return { key, title, url, image, liked: face.liked, count: face.count };
        }),
      }),
      // From the popup, the menu or the keyboard: a press of the visitor's all the same.
      press: async ({ key, url }) => {
        // The menu and the keyboard may be the first to ask for buttons here.
        if (!key) await begun.then(() => tools.look?.());
        const face = key ? faces.get(key) : url ? [...faces.values()].find(({ product }) => product.url === url) : [...faces.values()].find(({ host }) => host.isConnected);
        if (face && !yields()) await turn(face);
        return face && { title: face.product.title, liked: face.liked };
      },
    });
    // Buttons need no background; one that is just starting may not hear yet.
    locale = await ask('locale').catch(() => '') || navigator.language;
    const words = { ...english, ...(await speak(locale))?.button };
    if (!yields()) looking(tools, met, {}, words);
  });

  const begun = begin();
  parts.alive = { look: safe(() => yields() || tools.look?.()) };
}

if (top === self && /^https?:$/.test(location.protocol)) {
  if (parts.alive) parts.alive.look();
  else start();
}

/**
 * What the person liked: a record of each, the secrets that they are liked under (one for each origin, so that nobody is
 * followed from shop to shop), and the widget's outbox, which carries it to the collector.
 */

import { secret } from '../widget/ids.js';
import { outbox } from '../widget/send.js';
import { store as keeper } from '../widget/store.js';
import { browser } from './browser.js';
import { left, rest } from './personal.js';
import { settings, token } from './settings.js';

/**
 * @typedef {object} Like
 * @property {string} id
 * @property {string} origin  of the page
 * @property {string} key  of the product
 * @property {any} product
 * @property {{url: string, title?: string}} page
 * @property {object} context
 * @property {number} at
 * @property {string} collector  that it goes to
 * @property {string} [site]  that keeps it there, once the collector has answered
 * @property {string} [known]  the id that the collector knows it by, where that is another
 * @property {number} [count]
 * @property {any} [step]  what it asked, until that is answered; of one that was begun what is left
 * @property {string} [flow]  under which it was shown
 * @property {string} [sheet]  under which it is answered
 * @property {string} [refused]  the collector's own sentence
 * @property {boolean} [ended]  taken back, and the collector is still to hear of it
 *
 * @typedef {object} Secret  of the person at one origin
 * @property {string} id
 * @property {string} secret
 */

/**
 * @param {boolean} lasting  false keeps everything in memory
 * @param {(like: Like, answer: object) => void} told  hears every answer to a like and an unlike
 */
export function likes(lasting, told) {
  const mine = keeper('afterlike:likes', lasting);
  const box = keeper('afterlike:outbox', lasting);
  /** @type {import('../widget/send.js').Outbox} */
  let post;
  /** @type {Promise<void>|undefined} */
  let opened;
  /** Likes that the collector is just hearing of. @type {Set<Promise<unknown>>} */
  const leaving = new Set();
  /** @type {Promise<any>} */
  let asked = Promise.resolve();

  /** @returns {Like[]} */
  const records = () => [...mine.kept.values()].filter(({ origin }) => origin);
  /** @param {string} id @returns {Like|undefined} */
  const record = id => mine.kept.get(`like ${id}`);
  /** @param {Like} like */
  const keep = like => mine.set(/** @type {any} */ ({ ...like, like: like.id, id: `like ${like.id}` }));
  /** @param {any} kept @returns {Like} */
  const asLike = ({ like, ...kept }) => ({ ...kept, id: like });

  /** @param {string} origin @returns {string} */
  function visitor(origin) {
    const id = `secret ${origin}`;
    if (!mine.kept.has(id)) mine.set({ id, secret: secret() });
    return mine.kept.get(id).secret;
  }

  /** @param {{origin: string, key: string}} like */
  const line = ({ origin, key }) => `${origin} ${key}`;

  /**
   * Writes an entry down, as the widget's core does on a page.
   * @param {import('../widget/send.js').Kind} kind @param {string} line @param {string} [like] @param {object} [body]
   */
  function write(kind, line, like, body = {}) {
    const { kept } = box;
    const id = /** @type {number[]} */ ([...kept.keys()]).reduce((most, id) => id > most ? id : most, 0) + Math.random();
    if (!kept.has('visitor')) box.set({ id: 'visitor' });
    const entry = { id, kind, line, like, body, tries: 0 };
    box.set(entry);
    return entry;
  }

  /**
   * One call to the collector, in the name of the person at the like's origin.
   * @param {string} path @param {any} [body] @param {string} [method]
   * @returns {Promise<import('../widget/main.js').Heard>}
   */
  async function call(path, body = {}, method = 'POST') {
    const { like: named = /likes\/([\w-]+)/.exec(path)?.[1], ...rest } = body;
    // The outbox asks for what the collector knows by the line of an entry.
    const like = path === 'mine' ? records().find(one => line(one) === body.products[0]) : named && record(named);
    if (!like) return { status: 404, answer: {} };
    const { origin, collector, site = (await settings()).site, known = like.like, key } = /** @type {any} */ (like);
    const said = { ...rest, site, visitor: visitor(origin), ...(path === 'likes' ? { source: 'extension' } : { like: known }) };
    if (rest.id === like.like) said.id = known;
    if (path === 'mine') said.products = [key];
    const to = method === 'DELETE' ? `likes/${known}?site=${encodeURIComponent(site)}` : path;
    const heard = await send(collector, to, said, method);
    if (path === 'mine' && heard.answer?.likes) heard.answer = { likes: { [line({ origin, key })]: heard.answer.likes[key] } };
    return heard;
  }

  /** As `call`; a like that is leaving can be waited for. @type {typeof call} */
  async function calling(path, ...more) {
    const heard = call(path, ...more);
    if (path === 'likes') leaving.add(heard);
    return heard.finally(() => leaving.delete(heard));
  }

  /**
   * With the token of this installation; a new one where the collector does not take the old.
   * @param {string} collector @param {string} path @param {object} body @param {string} method
   * @returns {Promise<import('../widget/main.js').Heard>}
   */
  async function send(collector, path, body, method) {
    for (const fresh of [false, true]) {
      // One after the other: the first asks for it, and the others have it.
      const install = await (asked = asked.catch(() => undefined).then(() => token(collector, lasting, fresh)));
      if (!install.token) return /** @type {import('../widget/main.js').Heard} */ (install);
      const told = await fetch(`${collector}/v1/${path}`, {
        method, body: JSON.stringify({ ...body, install: install.token }), credentials: 'omit', signal: AbortSignal.timeout(1e4),
      });
      const answer = await told.json().catch(() => ({}));
      if (told.status !== 401 || answer.reason !== 'install' || fresh) return { status: told.status, pause: told.headers.get('retry-after'), answer };
    }
    return { status: 0, answer: {} };
  }

  /** @param {import('../widget/send.js').Entry} entry @param {number} status @param {any} answer */
  function answered({ kind, like: id }, status, answer) {
    const like = id && record(id);
    timer();
    if (!like) return;
    if (kind === 'unlike') {
      if (status < 400) drop(id);
      told(asLike(like), { liked: false, count: answer.count });
    } else if (kind === 'likes' && status >= 400) {
      mine.set({ .../** @type {any} */ (like), refused: answer.detail ?? `${status}` });
      told(asLike(like), { liked: false, sentence: answer.detail });
    } else if (kind === 'likes') {
      const { site, count, next_step: step } = answer;
      const asks = step && step.kind !== 'none' ? step : undefined;
      mine.set({ .../** @type {any} */ (like), site, count, known: answer.id, step: asks });
      // Who took it back in the meantime hears of that.
      if (!like.ended) told(asLike(like), { liked: true, count, step: asks });
    }
  }

  /** @param {string} id */
  function drop(id) {
    mine.kept.delete(`like ${id}`);
    mine.within(rows => rows.delete(`like ${id}`));
  }

  /** Wakes this worker again while something waits. */
  function timer() {
    if (!lasting) return;
    if (post.waiting().length) browser.alarms.create('send', { periodInMinutes: 1 });
    else browser.alarms.clear('send');
  }

  /** Reads what is kept, once; a like that was written down, but did not get into the outbox, gets there now. */
  const open = () => opened ??= (async () => {
    await Promise.all([mine.read(), box.read()]);
    post = outbox(/** @type {any} */ ({ site: '', store: box, call: calling, write, sent: new Map() }), answered);
    const waiting = new Set([...box.kept.values()].map(({ kind, like }) => `${kind} ${like}`));
    for (const like of records().map(asLike)) {
      if (like.ended && !waiting.has(`unlike ${like.id}`)) post.add('unlike', line(like), like.id);
      else if (!like.ended && !like.site && !like.refused && !waiting.has(`likes ${like.id}`)) post.add('likes', line(like), like.id, body(like));
    }
    timer();
  })();

  /** @param {Like} like */
  const body = ({ product, page, context }) => ({ product, page, context });

  /** @template {any[]} T @template R @param {(...args: T) => R} work @returns {(...args: T) => Promise<R>} */
  const ready = work => async (...args) => {
    await open();
    return await work(...args);
  };

  return {
    wake: ready(() => post.wake()),
    waiting: ready(() => post.waiting().length),

    /** All that is liked, the newest first. */
    all: ready(() => records().filter(({ ended }) => !ended).map(asLike).sort((a, b) => b.at - a.at)),

    /** Those of these products that are liked here. */
    mine: ready((/** @type {string} */ origin, /** @type {string[]} */ keys) => Object.fromEntries(records()
      .filter(one => one.origin === origin && !one.ended && !one.refused && keys.includes(one.key)).map(asLike)
      .map(({ key, id, count }) => [key, { id, count }]))),

    /** @param {{id: string, origin: string, product: any, page: any, context: any}} press */
    like: ready(async ({ id, origin, product, page, context }) => {
      const { collector } = await settings();
      const before = records().find(one => one.origin === origin && one.key === product.key && !one.ended && !one.refused);
      if (before) return asLike(before).id;
      /** @type {Like} */
      const like = { id, origin, key: product.key, product, page, context, at: Date.now(), collector };
      visitor(origin);
      keep(like);
      // What was taken back, and has never left, is simply there again.
      const back = records().map(asLike).find(one => line(one) === line(like) && one.ended && post.cancel(line(like), 'unlike'));
      if (back) {
        drop(id);
        keep({ ...back, ended: undefined });
        timer();
        return back.id;
      }
      post.add('likes', line(like), id, body(like));
      timer();
      await mine.within(rows => rows.count()); // answered after what stands before it is on the disk
      return id;
    }),

    unlike: ready((/** @type {string} */ id) => {
      const like = record(id) && asLike(record(id));
      if (!like) return;
      if (like.refused || post.cancel(line(like), 'likes')) drop(id);
      else {
        keep({ ...like, ended: true });
        post.add('unlike', line(like), id);
      }
      timer();
    }),

    /** What else the person said about a like; with `partly`, what was left out of its step is still to be answered. */
    post: ready((/** @type {import('../widget/send.js').Kind} */ kind, /** @type {string} */ id, /** @type {any} */ said, /** @type {boolean} */ partly) => {
      const like = record(id) && asLike(record(id));
      if (!like || like.ended) return;
      if (kind === 'details') keep({ ...like, product: { ...like.product, ...said.product } });
      if (kind === 'shown') keep({ ...like, flow: said.id });
      if (kind === 'answers') {
        const step = !said.done ? like.step && left(like.step, ({ key }) => said.answers[key]) : partly && like.step ? rest(like.step) : undefined;
        keep({ ...like, sheet: said.id, step });
      }
      post.add(kind, line(like), id, said);
      timer();
    }),

    /** A call of its own that is answered at once; what it says is not kept. */
    call: ready(async (/** @type {string} */ path, /** @type {any} */ said) => {
      const heard = await call(path, said);
      const like = record(said.like);
      const passed = { 'opt-ins': 'address', 'profile-links': 'profile' }[path];
      if (passed && heard.status === 202 && like?.step) mine.set({ .../** @type {any} */ (like), step: left(like.step, ({ type }) => type === passed ? '' : undefined) });
      return heard;
    }),

    /** Its step has been gone through, whatever was answered. */
    done: ready((/** @type {string} */ id) => {
      const like = record(id);
      if (like) mine.set({ .../** @type {any} */ (like), step: undefined });
    }),

    step: ready((/** @type {string} */ id) => record(id) && asLike(record(id))),

    /** Deletes all at the collectors, then all that is here. What a collector did not hear stays, and is told. */
    erase: ready(async () => {
      let left = 0;
      await Promise.allSettled(leaving);
      await new Promise(done => setTimeout(done)); // what was answered is written down
      for (const like of records().filter(({ site }) => !site).map(asLike)) {
        // One that has been tried may have arrived, and only an answer will say where.
        if (like.refused || post.cancel(line(like), 'likes')) drop(like.id);
        else left++;
      }
      const origins = new Map(records().filter(({ site }) => site).map(one => [`${one.collector} ${one.site} ${one.origin}`, one]));
      for (const { collector, site, origin } of origins.values()) {
        const { status } = await send(collector, 'erasures', { site, visitor: visitor(origin) }, 'POST').catch(() => ({ status: 0 }));
        if (status < 200 || status > 299) left++;
        else for (const one of records().filter(one => one.origin === origin && one.site === site && one.collector === collector)) drop(asLike(one).id);
      }
      if (!left) {
        await browser.storage.local.remove('installs');
        box.kept.clear();
        for (const store of [mine, box]) {
          store.kept.clear();
          await store.within(rows => rows.clear());
        }
      }
      timer();
      return { left };
    }),
  };
}

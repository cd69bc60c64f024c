/** What follows the first press, and what earlier pages left: the outbox, own likes, fuller facts, the next step. */

import { back as come } from './back.js';
import { outbox } from './send.js';
import { uuid } from './ids.js';

/** @typedef {import('./main.js').Face} Face */
/** @typedef {import('./main.js').Tools} Tools */
/** @typedef {import('./send.js').Outbox} Outbox */
/** @typedef {import('./facts.js').Product} Product */

/** The outbox of this page, opened with the first thing that there is to do. @param {Tools} tools @returns {Outbox} */
function opened(tools) {
  if (!tools.post) {
    const post = tools.post = outbox(tools, tools.safe((entry, status, answer) => answered(tools, post, entry, status, answer)));
    addEventListener('online', post.wake);
  }
  return tools.post;
}

/**
 * Own likes among these products, and that the visitor came back.
 * @param {Tools} tools @param {string[]} products
 */
export const back = (tools, products) => come(tools, opened(tools), products);

/**
 * What a press means for the outbox.
 * @param {Tools} tools @param {Face} face @param {boolean} liked  what was pressed
 * @param {boolean} early  whether it was written down before all this was loaded
 */
export async function press(tools, face, liked, early) {
  const { key } = face.product;
  const post = opened(tools);
  tools.waited ??= performance.getEntriesByType('resource').some(({ name }) => /\/static\/widget\/(own|read)-/.test(name));
  if (!liked) {
    face.panel?.close();
    if (!early && !post.cancel(key, 'likes')) post.add('unlike', key, face.like);
  } else if (!early && !post.cancel(key, 'unlike')) {
    post.add('likes', key, face.like = uuid(), tools.body(face));
  }
  if (liked) await follow(tools, post, face);
}

/** Sends after a like what else the page shows of its product. @param {Tools} tools @param {Outbox} post @param {Face} face */
async function follow({ doc, load, tell, waited, body }, post, face) {
  const { like } = face;
  const product = face.product = body(face).product;
  /** @type {Product} */
  const shown = await (await load('read'))?.details(doc, face);
  const all = { ...product, ...shown };
  const more = /** @type {(keyof Product)[]} */ (Object.keys(all)).some(name => all[name] !== product[name]);
  face.product = all;
  if (tell(face, 'details') && more && face.liked && face.like === like) post.add('details', product.key, like, { product: all, ...(waited && { waited }) });
}

/** @param {Tools} tools @param {Outbox} post @param {import('./send.js').Entry} entry @param {number} status @param {any} answer */
async function answered(tools, post, { kind, line }, status, answer) {
  const { faces, waits, tell, load } = tools;
  const face = faces.get(line);
  tools.heard?.(kind, status, answer);
  if (!face || kind === 'details' || waits(line)) return;
  const step = answer.next_step;
  if (status >= 400) {
    tell(face, 'error', { kind, status, answer });
    if (kind !== 'likes') return;
    face.show(false, (face.count ?? 1) - 1);
    face.say(answer.detail); // the collector's own sentence
  } else if (/like/.test(kind)) {
    face.show(answer.liked, answer.count);
    face.like = answer.id;
  }
  if (face.liked && face === tools.pressed && step && step.kind !== 'none' && tell(face, 'next', { next_step: step })) {
    await (await load('panel')).open(face, step, { ...tools, post, uuid });
  }
}

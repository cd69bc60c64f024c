/** For a visitor who has liked here before: what they like on this page, and that they came back. */

import { uuid } from './ids.js';

/** @typedef {import('./main.js').Tools} Tools */
/** @typedef {import('./send.js').Outbox} Outbox */

const ABSENCE = 18e5;

/**
 * @param {Tools} tools @param {Outbox} post
 * @param {string[]} products  keys on the page that have not been asked for
 */
export async function back(tools, post, products) {
  const { faces, call } = tools;
  returned(tools, post);
  if (!products.length) return;
  const { answer } = await call('mine', { products });
  const waiting = post.waiting().filter(({ kind }) => kind == 'likes').map(({ line, like }) => /** @type {[string, any]} */ ([line, { id: like }]));
  for (const [key, { id }] of [...waiting, ...Object.entries(answer.likes ?? {})]) {
    const face = faces.get(key);
    if (!face || face.like) continue;
    face.like = id;
    face.show(true, face.count);
  }
}

/** Tells of a return: the first page after half an hour's absence. @param {Tools} tools @param {Outbox} post */
function returned({ store, loaded, page }, post) {
  const visitor = store.kept.get('visitor');
  if (loaded - visitor.at > ABSENCE) post.add('visits', 'visit', undefined, { id: uuid(), page: page() });
  // One in the future was written before the clock was put right.
  if (loaded > visitor.at || visitor.at > Date.now()) store.set({ ...visitor, at: loaded });
}

/** Looks at the page for products, now and again when it changes; gives each its button. */

import { likeButton } from './button.js';
import { find } from './find.js';

/** @typedef {import('./main.js').Face} Face */

const BREATH = 9; // milliseconds of looking and making buttons before the page may move

/**
 * @param {import('./main.js').Tools} tools
 * @param {(keys: string[]) => void} met  gets the keys of products that have got a button
 * @param {import('./own.js').Own} rules
 * @param {import('./button.js').Words} words
 */
export function looking(tools, met, rules, words) {
  const { doc, faces, safe, press } = tools;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let timer;
  /** @type {Promise<void>} */
  let queue = Promise.resolve();
  let begun = 0;

  const rest = async () => {
    if (Date.now() - begun > BREATH) {
      watcher.takeRecords();
      await new Promise(/** @type {any} */ (setTimeout));
      begun = Date.now();
    }
  };

  // Never two at a time, and never more than one that waits.
  const look = tools.look = () => queue = queue.then(safe(async () => {
    timer = undefined;
    begun = Date.now();
    const finds = await find(doc, rules, rest, tools.load);
    tools.looked?.(finds);
    const left = new Set(faces.values());
    const fresh = [];
    for (const one of finds) {
      const { product: { key, title = '' }, at, how } = one;
      const face = faces.get(key) ?? (fresh.push(key), /** @type {Face} */ (likeButton(doc, title, words, press, rules)));
      faces.set(key, face);
      left.delete(face);
      if (face.at != at || !face.host.isConnected) at[how](face.host);
      Object.assign(face, one);
      await rest();
    }
    for (const { host } of left) host.remove();
    watcher.takeRecords();
    met(fresh);
  }));

  const soon = () => timer ??= setTimeout(look, 99);
  const watcher = tools.watcher = new MutationObserver(soon);
  look();
  watcher.observe(doc, { childList: true, subtree: true, characterData: true });
  /** @type {any} */ (window).navigation?.addEventListener('navigatesuccess', soon);
}

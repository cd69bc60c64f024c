/** Later parts of the content script: files of the package that the background puts beside it when they are asked for. */

import { ask } from './browser.js';

/** What the files put there. @type {Record<string, any>} */
export const parts = /** @type {any} */ (globalThis).afterlikeParts ??= {};

/** @param {string} name @returns {Promise<any>} */
export async function part(name) {
  if (!parts[name]) await ask('part', { name });
  return parts[name];
}

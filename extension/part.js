/** Later parts of the content script: files of the package that the background puts beside it when they are asked for. */

import { ask } from './browser.js';

/** What the files put there. @type {Record<string, any>} */
export const parts = /** @type {any} */ (globalThis).afterlikeParts ??= {};

/** All languages are in one file: together they take the least room in the package. @param {string} name */
export const fileOf = name => `parts/${name[2] ? name : 'words'}.js`;

/** @param {string} name @returns {Promise<any>} */
export async function part(name) {
  if (!parts[name]) await ask('part', { name });
  return parts[name];
}

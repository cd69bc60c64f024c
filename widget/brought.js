/**
 * The parts that `whole.js` brings along: those for which a site's pages would wait before they have their buttons. In that build this
 * stands in for `part.js` as well, since a plain script knows no address that it could load others from.
 */

import * as own from './own.js';
import * as read from './read.js';

/** @typedef {import('./main.js').Tools} Tools */

/** @type {Record<string, object>} */
const PARTS = { own, read };
/** @type {Tools['load']} */
let load;

/** A part that is at hand, or nothing. @param {Tools} tools @param {string} name */
export function brought(tools, name) {
  load = tools.load;
  if (PARTS[name]) tools.waited ??= true;
  return PARTS[name];
}

/** Another part of this build. @param {string} name @returns {Promise<any>} */
export const part = name => load(name);

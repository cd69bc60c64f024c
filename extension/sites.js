/** Where buttons come by themselves: on the sites that the person allowed, and no other; revocable at any time. */

import { browser } from './browser.js';

export const ALL = '*://*/*';
const ID = 'always';

/** Where it is allowed now, without the collector that the extension talks to. @returns {Promise<string[]>} patterns */
export async function allowed() {
  const { origins = [] } = await browser.permissions.getAll();
  const needed = new Set([...browser.runtime.getManifest().host_permissions ?? []]);
  return origins.filter((/** @type {string} */ one) => !needed.has(one));
}

/** The pattern of one origin; ports cannot be named in it. @param {string} url */
export function patternOf(url) {
  const { protocol, hostname } = new URL(url);
  return `${protocol}//${hostname}/*`;
}

/**
 * Has buttons come on the pages of a pattern that the person has just allowed, or no more.
 * @param {string} pattern @param {boolean} yes
 */
export async function always(pattern, yes) {
  if (!yes) await browser.permissions.remove({ origins: [pattern] });
  return refresh();
}

/** Brings the scripts that are registered in line with what is allowed. */
export async function refresh() {
  const matches = await allowed();
  const [registered] = await browser.scripting.getRegisteredContentScripts({ ids: [ID] });
  const script = { id: ID, matches, js: ['content.js'], runAt: 'document_idle', allFrames: false, persistAcrossSessions: true };
  if (registered && !matches.length) await browser.scripting.unregisterContentScripts({ ids: [ID] });
  else if (registered) await browser.scripting.updateContentScripts([script]);
  else if (matches.length) await browser.scripting.registerContentScripts([script]);
  return matches;
}

/** Where likes go: what the build says, and over it what the person set; and the token of this installation. */

import { browser } from './browser.js';
import { patternOf } from './sites.js';

/**
 * @typedef {object} Settings
 * @property {string} collector  origin of the collector
 * @property {string} [site]  key of the site that hands the extension out
 * @property {string} [language]  empty: the browser's
 */

/** @returns {Promise<Settings>} */
export async function settings() {
  const { settings } = await browser.storage.local.get('settings');
  return { ...BUILT, ...settings };
}

/** Keeps what the person set; what is as in the build is not kept, so that a newer build can change it. @param {Partial<Settings>} set */
export async function set(set) {
  const all = { ...await settings(), ...set };
  const own = Object.fromEntries(Object.entries(all).filter(([name, value]) => value !== /** @type {any} */ (BUILT)[name] && !(value === '' && !(name in BUILT))));
  await browser.storage.local.set({ settings: own });
}

/** What private windows have instead of the disk, until the background ends. @type {Record<string, any>} */
const memory = {};
const inMemory = { get: async () => memory, set: async (/** @type {object} */ more) => Object.assign(memory, more) };

/**
 * The token that this collector gave this installation; asked for with the first like. Private windows have their own.
 * @param {string} collector @param {boolean} lasting @param {boolean} [fresh]  not the one that is kept
 * @returns {Promise<{token?: string, status: number, pause?: string|null, answer: any}>}
 */
export async function token(collector, lasting, fresh) {
  const store = lasting ? browser.storage.local : inMemory;
  const { installs = {} } = await store.get('installs');
  if (installs[collector] && !fresh) return { token: installs[collector], status: 200, answer: {} };
  const { status, pause, answer } = await post(collector, 'installs', { version: browser.runtime.getManifest().version });
  if (status > 299) return { status, pause, answer };
  await store.set({ installs: { ...installs, [collector]: answer.token } });
  return { token: answer.token, status, answer };
}

/** @param {string} collector @param {string} path @param {object} body */
async function post(collector, path, body) {
  const told = await fetch(`${collector}/v1/${path}`, { method: 'POST', body: JSON.stringify(body), credentials: 'omit', signal: AbortSignal.timeout(1e4) });
  return { status: told.status, pause: told.headers.get('retry-after'), answer: await told.json().catch(() => ({})) };
}

/**
 * What is wrong with a collector's address and a site's key, by the name of a sentence in words; nothing where all is well.
 * @param {{collector: string, site?: string}} given @returns {Promise<{wrong?: string, origin?: string}>}
 */
export async function check({ collector, site }) {
  const origin = originOf(collector);
  if (!origin) return { wrong: 'noAddress' };
  if (site && !/^[\w-]{1,64}$/.test(site)) return { wrong: 'noKey', origin };
  if (!await browser.permissions.contains({ origins: [patternOf(origin)] })) return { wrong: 'notAllowed', origin };
  try {
    const told = await fetch(`${origin}/v1/openapi.json`, { credentials: 'omit', signal: AbortSignal.timeout(1e4) });
    const answer = await told.json().catch(() => ({}));
    if (!told.ok || !answer.paths?.['/v1/installs']) return { wrong: 'noCollector', origin };
    if (!site) return { origin };
    const counts = await fetch(`${origin}/v1/counts?site=${encodeURIComponent(site)}&products=`, { credentials: 'omit', signal: AbortSignal.timeout(1e4) });
    return counts.ok ? { origin } : { wrong: 'unknownKey', origin };
  } catch {
    return { wrong: 'noAnswer', origin };
  }
}

/** @param {string} typed @returns {string|undefined} */
export function originOf(typed) {
  try {
    const { protocol, origin, hostname, username } = new URL(/^[a-z]+:\/\//i.test(typed.trim()) ? typed.trim() : `https://${typed.trim()}`);
    return /^https?:$/.test(protocol) && !username && !hostname.includes('%') ? origin : undefined; // Chromium writes a space so
  } catch { /* not an address */ }
}

/** What the page's own scripts have left in its window: a content script does not see it, and has the background ask. */

import { ask } from './browser.js';
import { parts } from './part.js';

/** @returns {any} */
export const globals = () => parts.page ?? {};

/** Asks for it anew. */
export async function readGlobals() {
  parts.page = await ask('globals');
}

/** Runs among the page's scripts: a plain copy of the few that shop software leaves. @returns {any} */
export function pageGlobals() {
  const { ShopifyAnalytics, meta, Shopify, dataLayer } = /** @type {any} */ (window);
  try {
    return JSON.parse(JSON.stringify({
      ShopifyAnalytics: { meta: ShopifyAnalytics?.meta }, meta, Shopify: { currency: Shopify?.currency }, dataLayer: [...dataLayer ?? []].slice(-50),
    }));
  } catch {
    return {};
  }
}

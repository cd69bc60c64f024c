/** Likes as files that the person keeps. */

import { make } from './page.js';

/** What each column has of a like. @type {Record<string, (like: import('./likes.js').Like) => any>} */
const COLUMNS = {
  title:     ({ product }) => product.title,
  url:       ({ product }) => product.url,
  price:     ({ product }) => product.price,
  currency:  ({ product }) => product.currency,
  page:      ({ page }) => page?.url,
  liked_at:  ({ at }) => new Date(at).toISOString(),
  state:     ({ site, refused }) => refused ? 'refused' : site ? 'sent' : 'waiting',
  refused:   ({ refused }) => refused,
  collector: ({ collector }) => collector,
  site:      ({ site }) => site,
  id:        ({ id }) => id,
};

/** A cell that no spreadsheet takes for a formula. @param {any} value */
const cell = value => `"${`${value ?? ''}`.replace(/^[=+\-@\t\r]/, "'$&").replaceAll('"', '""')}"`;

/** @param {import('./likes.js').Like[]} likes */
export const csv = likes => `\ufeff${[Object.keys(COLUMNS), ...likes.map(like => Object.values(COLUMNS).map(of => of(like)))]
  .map(row => row.map(cell).join(',')).join('\r\n')}\r\n`;

/** @param {string} name @param {string} type @param {string} text */
export function save(name, type, text) {
  const href = URL.createObjectURL(new Blob([text], { type }));
  make('a', { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 6e4);
}

/** The first run, in plain words: what it does, what is sent, to whom and when, and how to be rid of it. */

import { browser } from './browser.js';
import { button, make, page, part, say } from './page.js';
import { settings } from './settings.js';

const { collector } = await settings();
/** Those that the browser has given us; another extension may have been first. @type {{open?: string, like?: string}} */
const keys = Object.fromEntries((await browser.commands.getAll()).map((/** @type {any} */ { name, shortcut }) => [name === 'like' ? name : 'open', shortcut]));
const given = { name: NAME, collector, menu: browser.i18n.getMessage('menu'), ...keys };
/** @param {(Parameters<typeof say>[0]|false)[]} names */
const text = (...names) => names.map(name => name && make('p', {}, say(name, given)));

page(say('welcome'),
  ...text('what', browser.runtime.getURL('').startsWith('moz') ? 'pinFirefox' : 'pin', 'menu', !!keys.open && 'keyOpen', !!keys.like && 'keyLike'),
  part('sentTitle', ...text('sent', 'toWhom')),
  part('keptTitle', ...text('kept', 'delete')),
  button('settings', () => browser.runtime.openOptionsPage()));

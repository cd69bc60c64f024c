/** The first run, in plain words: what it does, what is sent, to whom and when, and how to be rid of it. */

import { browser } from './browser.js';
import { button, make, page, part, say } from './page.js';
import { settings } from './settings.js';

const { collector } = await settings();
const given = {
  name: NAME,
  collector,
  ...Object.fromEntries((await browser.commands.getAll()).map((/** @type {any} */ { name, shortcut }) => [name === 'like' ? name : 'open', shortcut || '–'])),
};
/** @param {Parameters<typeof say>[0][]} names */
const text = (...names) => names.map(name => make('p', {}, say(name, given)));

page(say('welcome'),
  ...text('what', browser.runtime.getURL('').startsWith('moz') ? 'pinFirefox' : 'pin', 'keys'),
  part('sentTitle', ...text('sent', 'toWhom')),
  part('keptTitle', ...text('kept', 'delete')),
  button('settings', () => browser.runtime.openOptionsPage()));

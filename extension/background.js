/** The background: keeps what was liked, carries it to the collector, and puts the later parts on the page. */

import { answering, browser } from './browser.js';
import { likes } from './likes.js';
import { pageGlobals } from './view.js';
import { address } from '../widget/facts.js';
import { fileOf } from './part.js';
import { given } from './personal.js';
import { check, settings } from './settings.js';
import { always, allowed, refresh } from './sites.js';

const PARTS = /^(panel|fields|optin|read|sight|cards|shown|price|[a-z]{2})$/;

/** What is kept on this device; and what is not, because it comes from private windows. */
const lasting = likes(true, told);
const passing = likes(false, told);

/** @param {any} [sender] */
const of = sender => sender?.tab?.incognito ? passing : lasting;

/** Which tabs show the like's page, as far as this worker has lived through it. @type {Map<string, number>} */
const tabs = new Map();

/** The collector has answered: the page hears of it, if it is still there. @param {import('./likes.js').Like} like @param {object} answer */
function told(like, answer) {
  const tab = tabs.get(like.id);
  if (tab !== undefined) say(tab, { what: 'answered', key: like.key, like: like.id, ...answer });
}

/** @param {number} tab @param {object} message @returns {Promise<any>} nothing where no buttons are */
const say = (tab, message) => browser.tabs.sendMessage(tab, message, { frameId: 0 }).then((/** @type {any} */ answer) => answer?.told, () => undefined);

/** @param {number} tab @param {string} file */
const put = (tab, file) => browser.scripting.executeScript({ target: { tabId: tab, frameIds: [0] }, files: [file] });

/** Puts the buttons on a page; rejects where the browser lets no extension in. @param {number} tab */
const look = tab => put(tab, 'content.js');

answering({
  /* from pages */
  locale: async () => (await settings()).language || browser.i18n.getUILanguage(),
  part: async ({ name }, { tab }) => {
    if (!PARTS.test(name)) throw new Error(`There is no part ${name}.`);
    await put(tab.id, fileOf(name));
  },
  globals: async (_, { tab }) => (await browser.scripting.executeScript({ target: { tabId: tab.id, frameIds: [0] }, func: pageGlobals, world: 'MAIN' }))[0]?.result,
  mine: ({ origin, keys }, sender) => of(sender).mine(origin, keys),
  press: ({ liked, id, ...press }, sender) => {
    if (liked) tabs.set(id, sender.tab.id);
    return liked ? of(sender).like({ id, ...press }) : of(sender).unlike(id);
  },
  post: ({ kind, like, body, rest }, sender) => of(sender).post(kind, like, body, rest),
  call: ({ path, body }, sender) => of(sender).call(path, body),
  may: async () => await given() !== false,
  badge: ({ likes }, { tab }) => browser.action.setBadgeText({ tabId: tab.id, text: likes ? `${likes}` : '' }),

  /* from the popup and the other pages of the extension */
  look: ({ tab }) => look(tab),
  found: ({ tab }) => say(tab, { what: 'found' }),
  turn: ({ tab, key }) => say(tab, { what: 'press', key }),
  all: () => lasting.all(),
  waiting: () => lasting.waiting(),
  like: ({ press }) => lasting.like(press),
  unlike: ({ id }) => lasting.unlike(id),
  step: ({ id }) => lasting.step(id),
  done: ({ id }) => lasting.done(id),
  again: () => lasting.wake(),
  erase: () => lasting.erase(),
  check: given => check(given),
  allowed,
  always: ({ pattern, yes }) => always(pattern, yes),
});

/* ---- what the browser brings ---- */

browser.runtime.onInstalled.addListener(async (/** @type {any} */ { reason }) => {
  menus();
  await refresh();
  if (reason === 'install') await browser.tabs.create({ url: browser.runtime.getURL('welcome.html') });
});
browser.runtime.onStartup.addListener(refresh);
browser.permissions.onAdded.addListener(refresh);
browser.permissions.onRemoved.addListener(refresh);
// The worker may end at any time: a minute later at the latest it is back, while something waits to be sent.
browser.alarms.onAlarm.addListener(() => lasting.wake());

function menus() {
  browser.contextMenus.removeAll();
  browser.contextMenus.create({ id: 'like', title: browser.i18n.getMessage('menu'), contexts: ['link', 'image'], targetUrlPatterns: ['http://*/*', 'https://*/*'] });
}

browser.contextMenus.onClicked.addListener(async (/** @type {any} */ { linkUrl, srcUrl, mediaType, pageUrl }, /** @type {any} */ tab) => {
  await look(tab.id).catch(() => undefined);
  const url = linkUrl ?? pageUrl;
  const pressed = await say(tab.id, { what: 'press', url });
  if (!pressed) await like(tab, url, mediaType === 'image' ? srcUrl : undefined);
});

/** Likes what is behind an address, which nobody has looked at yet. @param {any} tab @param {string} at @param {string} [image] */
async function like(tab, at, image) {
  const url = address(at, at);
  if (!url) return;
  const { origin, pathname } = new URL(url);
  const id = crypto.randomUUID();
  tabs.set(id, tab.id);
  // The same key as its page gives it, where that says nothing else.
  const product = { key: url.slice(-200), url, title: tab.url === at ? tab.title?.slice(0, 300) : undefined, image };
  await of({ tab }).like({ id, origin, product, page: { url: origin + pathname }, context: { pressed_at: Date.now() } });
  await browser.action.setBadgeText({ tabId: tab.id, text: '♥' });
}

browser.commands.onCommand.addListener(async (/** @type {string} */ command, /** @type {any} */ tab) => {
  if (command !== 'like' || !tab) return;
  await look(tab.id);
  await say(tab.id, { what: 'press' });
});

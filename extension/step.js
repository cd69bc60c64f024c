/** The next step of a like that was not answered on its page. */

import { likeButton } from '../widget/button.js';
import { uuid } from '../widget/ids.js';
import { button as english } from '../widget/words/en.js';
import { ask, browser } from './browser.js';
import { button, make, page, say } from './page.js';
import { fileOf, parts } from './part.js';
import { first, given, PERMISSION, without } from './personal.js';

const id = new URLSearchParams(location.search).get('like');

/** Later parts of the widget: files of the package. @param {string} name @returns {Promise<any>} */
const load = name => parts[name] ?? new Promise((done, fail) => document.head.append(make('script', {
  src: fileOf(name), onload: () => done(parts[name]), onerror: fail,
})));

/** @param {string} locale */
const speak = async locale => /^(?!en)[a-z]{2}/i.test(locale) && load(locale.slice(0, 2).toLowerCase()).catch(() => undefined);

/** @param {import('./likes.js').Like} like @param {any} step */
async function open({ product, ...like }, step) {
  const words = { ...english, ...(await speak(step.locale ?? ''))?.button };
  const { title = product.url } = product;
  const face = /** @type {import('../widget/main.js').Face} */ (likeButton(document, title, words, press, {}));
  Object.assign(face, { product, like: id });
  face.show(true, like.count);
  page(title, make('div', {}, face.host));

  async function press() {
    const liked = !face.liked;
    face.panel?.close();
    face.show(liked);
    if (!liked) await ask('unlike', { id });
    else face.like = await ask('like', { press: { ...like, product, id: uuid(), context: { ...like.context, pressed_at: Date.now() } } });
  }

  // A panel without a form has asked all that it wanted to ask.
  new MutationObserver(() => {
    if (face.root.querySelector('section') && !face.root.querySelector('form')) ask('done', { id });
  }).observe(face.root, { childList: true, subtree: true });

  // One that was begun goes on under the same ids, which the panel takes before any other.
  const ids = [like.flow, like.sheet];
  face.button.focus(); // the panel takes it along
  await (await load('panel')).open(face, step, {
    faces: new Map([[product.key, face]]), load, speak, uuid: () => ids.shift() ?? uuid(),
    tell: () => true,
    post: { add: (/** @type {string} */ kind, /** @type {string} */ _, /** @type {string} */ like, /** @type {object} */ body) => ask('post', { kind, like, body }) },
    call: (/** @type {string} */ path, /** @type {object} */ body) => ask('call', { path, body }),
  });
}

/** Asks whether an address or a profile may be sent, where the browser wants that. @param {import('./likes.js').Like} like */
async function begin(like) {
  const { step, collector } = like;
  if (first(step) < 0 || await given() !== false) return open(like, step);
  page(say('mayTitle'), make('p', {}, say('may', { collector })), make('div', { className: 'row' },
    button('allow', async () => {
      const yes = await browser.permissions.request(PERMISSION).catch(() => false);
      await open(like, yes ? step : without(step));
    }, { className: 'main' }),
    button('without', () => open(like, without(step)))));
}

/** @type {import('./likes.js').Like|undefined} */
const like = id ? await ask('step', { id }) : undefined;
if (like?.step) begin(like);
else page(say('step'), make('p', {}, say(like ? 'answered' : 'unknown')));

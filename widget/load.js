/** The npm package: puts the tag on a page from a bundle, and names the types of all that a page may rely on. */

/**
 * @typedef {object} Product  what is known of a product
 * @property {string} key  names it within the site, at most 200 characters
 * @property {string} url  absolute, without tracking
 * @property {string} [title]
 * @property {string} [image]
 * @property {string} [price]  a decimal with a point, always together with `currency`
 * @property {string} [currency]  ISO 4217
 * @property {string} [category]
 * @property {string} [availability]  in_stock, out_of_stock, preorder, backorder, discontinued or limited
 * @property {string} [sku]
 * @property {string} [brand]
 *
 * @typedef {Product & {liked: boolean, count?: number}} Liked  a product with a button: whether this visitor likes it, and
 *   how many do, once the collector has said so
 *
 * @typedef {object} Option  one choice of a card
 * @property {string} key
 * @property {string} text
 * @property {string} [next]  key of the card that it leads to
 * @property {string} [image]
 *
 * @typedef {object} Card  one question, in the visitor's language; further members depend on its type
 * @property {string} key
 * @property {string} type  such as single, multi, text, rating, yes_no
 * @property {string} title
 * @property {string} [help]
 * @property {boolean} [required]
 * @property {Option[]} [options]
 * @property {string} [next]  key of the card that follows
 * @property {string} [submit]  on the button that sends
 *
 * @typedef {object} NextStep  what the collector answers to a like
 * @property {'none'|'survey'|'opt_in'|'profile_link'|'redirect'|'thanks'} kind  no event tells of `none`
 * @property {string} reason  why it is asked, or not
 * @property {string} [prompt]  key of what is asked
 * @property {number} [version]
 * @property {string} [locale]
 * @property {'ltr'|'rtl'} [dir]
 * @property {Card[]} [cards]
 * @property {string} [thanks]
 * @property {string} [url]  of a redirect
 * @property {string} [text]  of its link
 *
 * @typedef {object} Answered  a card was answered
 * @property {Product} product
 * @property {string} prompt
 * @property {number} version
 * @property {Record<string, any>} answers  all so far, by key of the card
 * @property {boolean} done
 *
 * @typedef {object} Refused  the collector refused something for good
 * @property {Product} product
 * @property {string} kind  such as likes, unlike, answers
 * @property {number} status
 * @property {Record<string, any>} answer  problem+json: `reason` and a sentence in `detail`
 *
 * @typedef {CustomEvent<{product: Product}>} Pressed
 * @typedef {CustomEvent<{product: Product, next_step: NextStep}>} Asked
 * @typedef {{'afterlike:like': Pressed, 'afterlike:unlike': Pressed, 'afterlike:details': Pressed}} Presses
 * @typedef {{'afterlike:next': Asked, 'afterlike:answer': CustomEvent<Answered>, 'afterlike:error': CustomEvent<Refused>}} Answers
 * @typedef {Presses & Answers} Events  each bubbles from the button, and can be stopped with `preventDefault()`
 *
 * @typedef {object} Afterlike  `window.Afterlike`. No method ever throws: what went wrong answers with undefined
 * @property {(yes: boolean) => Promise<void>} consent  the visitor's answer about being remembered. With `data-consent` nothing
 *   begins before `true`; `false` takes the buttons away and deletes what this browser holds
 * @property {() => Promise<void>} forget  deletes what this browser holds; what the collector has stays there
 * @property {() => Promise<void>} look  looks at the page again, now
 * @property {(key: string) => Promise<boolean|undefined>} like  as a press on this product's button; only from a press of the
 *   visitor's on something of yours. Whether there is such a product, and it is liked now
 * @property {(key: string) => Promise<boolean|undefined>} unlike  whether there is such a product, and it is not liked now
 * @property {() => Promise<Liked[]|undefined>} products  those that have a button now, in the order of the page
 *
 * @typedef {object} Texts  your words instead of ours; what is left out stays
 * @property {Record<string, string>} [button]
 * @property {Record<string, string>} [panel]
 * @property {Record<string, string>} [fields]
 * @property {Record<string, string>} [optin]
 * @property {Record<string, string>} [remember]
 *
 * @typedef {object} Options  each is the attribute of the tag of the same name
 * @property {string} site  the site's public key
 * @property {string} collector  address of your collector, such as https://likes.shop.example
 * @property {string} [locale]  language of the button; else the page's, else the browser's
 * @property {boolean} [debug]  the console says what was found where, and why there is no button or no question
 * @property {boolean} [consent]  nothing begins before `Afterlike.consent(true)`
 * @property {'like'|'ask'|'never'} [remember]  whether likes are remembered in the browser
 * @property {string} [pages]  pages without a product whose path begins so can be liked themselves
 * @property {string} [target]  CSS selector of the button's place on the page of one product
 * @property {string} [cardTarget]  and within the card of a list
 * @property {'after'|'before'|'append'|'prepend'} [position]  how the button stands to that place
 * @property {'heart'|'thumb'|'star'} [shape]
 * @property {string} [icon]  the “d” of one SVG path in a box of 24 × 24
 * @property {number} [countFrom]  smaller counts are not shown
 * @property {Record<string, Texts>} [texts]  your words by locale; `*` for all others
 * @property {string} [src]  of the script, when it is not `w.js` of the collector
 * @property {string} [integrity]  checksum of exactly that file
 * @property {string} [nonce]  of your Content-Security-Policy
 */

/** @type {Record<string, string>} */
const KINDS = {
  site: 'string', collector: 'string', locale: 'string', debug: 'boolean', consent: 'boolean', remember: 'string', pages: 'string',
  target: 'string', cardTarget: 'string', position: 'string', shape: 'string', icon: 'string', countFrom: 'number', texts: 'object',
  src: 'string', integrity: 'string', nonce: 'string',
};
const NOT_ATTRIBUTES = /^(collector|texts|src|integrity|nonce)$/;

/** @type {{site: string, done: Promise<Afterlike>}|undefined} */
let loading;
/** @type {any} */
let policy;

/**
 * Puts the tag on the page, once, and answers when `window.Afterlike` is there; `afterlike:ready` follows with the buttons. On a server, where there is no document,
 * it answers with undefined and does nothing. Rejects with an Error that says what to do: a wrong option, a second site,
 * a script that cannot be loaded.
 * @param {Options} options
 * @returns {Promise<Afterlike|undefined>}
 */
export async function load(options) {
  const wrong = problem(options);
  if (wrong) throw new TypeError(`Afterlike: ${wrong}`);
  if (typeof document === 'undefined') return;
  const { site } = options;
  if (loading && loading.site !== site) throw new Error(`Afterlike: this page has the site ${loading.site} already; a page has one widget.`);
  loading ??= { site, done: put(options) };
  try {
    return await loading.done;
  } catch (failed) {
    loading = undefined; // it may be tried again
    throw failed;
  }
}

/** What is wrong with the options, as a sentence. @param {any} options @returns {string|undefined} */
function problem(options) {
  if (!options || typeof options !== 'object') return 'load() takes an object, at least { site, collector }.';
  for (const [name, value] of Object.entries(options)) {
    if (!KINDS[name]) return `load() does not know the option “${name}”.`;
    if (value != null && typeof value !== KINDS[name]) return `the option “${name}” must be a ${KINDS[name]}.`;
  }
  const { site, collector } = options;
  if (!/^[\w-]{1,64}$/.test(site ?? '')) return 'the option “site” must be the public key of your site; the admin’s page Tag shows it.';
  if (!web(collector)) return 'the option “collector” must be the address of your collector, such as https://likes.shop.example.';
}

/** @param {any} text */
function web(text) {
  try {
    return /^https?:$/.test(new URL(text).protocol);
  } catch {
    return false;
  }
}

/** @param {Options} options @returns {Promise<Afterlike>} */
function put(options) {
  const { integrity, nonce, texts } = options;
  const collector = options.collector.replace(/\/+$/, '');
  const src = options.src ?? `${collector}/w.js?site=${options.site}`; // so the site's settings come along
  return new Promise((done, fail) => {
    if (window.Afterlike) return done(window.Afterlike); // the page's own tag was quicker
    const script = document.createElement('script');
    for (const [name, value] of Object.entries(options)) {
      if (value != null && value !== false && !NOT_ATTRIBUTES.test(name)) script.dataset[name] = value === true ? '' : `${value}`;
    }
    if (!src.startsWith(`${new URL(collector).origin}/`) || new URL(collector).pathname !== '/') script.dataset.collector = collector;
    if (nonce) script.nonce = nonce;
    if (integrity) Object.assign(script, { integrity, crossOrigin: 'anonymous' });
    script.async = true;
    script.onload = () => {
      if (window.Afterlike) done(window.Afterlike);
      else fail(new Error(`Afterlike: what ${src} answers is not the widget.`));
    };
    script.onerror = () => {
      script.remove();
      fail(new Error(`Afterlike: ${src} could not be loaded. Does the collector run, and does script-src allow it?`));
    };
    // A template, because under Trusted Types a script's text may not be set.
    if (texts) {
      const block = document.createElement('template');
      block.id = 'afterlike-texts';
      block.append(JSON.stringify(texts));
      document.head.append(block);
      script.dataset.texts = `#${block.id}`;
    }
    script.src = trusted(src);
    document.head.append(script);
  });
}

/** The address as `script.src` takes it where the page asks for Trusted Types; the policy is called “afterlike”. @param {string} src */
function trusted(src) {
  policy ??= /** @type {any} */ (window).trustedTypes?.createPolicy('afterlike', { createScriptURL: (/** @type {string} */ url) => url });
  return policy ? policy.createScriptURL(src) : src;
}

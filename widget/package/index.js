const KINDS = {
  site: "string",
  collector: "string",
  locale: "string",
  debug: "boolean",
  consent: "boolean",
  remember: "string",
  pages: "string",
  target: "string",
  cardTarget: "string",
  position: "string",
  shape: "string",
  icon: "string",
  countFrom: "number",
  texts: "object",
  src: "string",
  integrity: "string",
  nonce: "string"
};
const NOT_ATTRIBUTES = /^(collector|texts|src|integrity|nonce)$/;
let loading;
let policy;
async function load(options) {
  const wrong = problem(options);
  if (wrong) throw new TypeError(`Afterlike: ${wrong}`);
  if (typeof document === "undefined") return;
  const { site } = options;
  if (loading && loading.site !== site) throw new Error(`Afterlike: this page has the site ${loading.site} already; a page has one widget.`);
  loading ??= { site, done: put(options) };
  try {
    return await loading.done;
  } catch (failed) {
    loading = void 0;
    throw failed;
  }
}
function problem(options) {
  if (!options || typeof options !== "object") return "load() takes an object, at least { site, collector }.";
  for (const [name, value] of Object.entries(options)) {
    if (!KINDS[name]) return `load() does not know the option “${name}”.`;
    if (value != null && typeof value !== KINDS[name]) return `the option “${name}” must be a ${KINDS[name]}.`;
  }
  const { site, collector } = options;
  if (!/^[\w-]{1,64}$/.test(site ?? "")) return "the option “site” must be the public key of your site; the admin’s page Tag shows it.";
  if (!web(collector)) return "the option “collector” must be the address of your collector, such as https://likes.shop.example.";
}
function web(text) {
  try {
    return /^https?:$/.test(new URL(text).protocol);
  } catch {
    return false;
  }
}
function put(options) {
  const { integrity, nonce, texts } = options;
  const collector = options.collector.replace(/\/+$/, "");
  const src = options.src ?? `${collector}/w.js?site=${options.site}`;
  return new Promise((done, fail) => {
    if (window.Afterlike) return done(window.Afterlike);
    const script = document.createElement("script");
    for (const [name, value] of Object.entries(options)) {
      if (value != null && value !== false && !NOT_ATTRIBUTES.test(name)) script.dataset[name] = value === true ? "" : `${value}`;
    }
    if (!src.startsWith(`${new URL(collector).origin}/`) || new URL(collector).pathname !== "/") script.dataset.collector = collector;
    if (nonce) script.nonce = nonce;
    if (integrity) Object.assign(script, { integrity, crossOrigin: "anonymous" });
    script.async = true;
    script.onload = () => {
      if (window.Afterlike) done(window.Afterlike);
      else fail(new Error(`Afterlike: what ${src} answers is not the widget.`));
    };
    script.onerror = () => {
      script.remove();
      fail(new Error(`Afterlike: ${src} could not be loaded. Does the collector run, and does script-src allow it?`));
    };
    if (texts) {
      const block = document.createElement("template");
      block.id = "afterlike-texts";
      block.append(JSON.stringify(texts));
      document.head.append(block);
      script.dataset.texts = `#${block.id}`;
    }
    script.src = trusted(src);
    document.head.append(script);
  });
}
function trusted(src) {
  policy ??= /** @type {any} */
  window.trustedTypes?.createPolicy("afterlike", { createScriptURL: (url) => url });
  return policy ? policy.createScriptURL(src) : src;
}
export {
  load
};

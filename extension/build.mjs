/**
 * Builds the extension: one folder, and of it a zip for each store and one of its sources, the same bytes each time.
 * node extension/build.mjs [settings.json] [folder]
 */

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { initWasm, Resvg } from '@resvg/resvg-wasm';
import { build, transform } from 'esbuild';
import { zipSync } from 'fflate';
import { minify } from 'terser';
import { styles } from '../widget/styles.mjs';
import { png } from './icons.mjs';
import { ICONS, manifest } from './manifest.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..');
const file = resolve(process.argv[2] ?? join(here, 'settings.json'));
const out = resolve(process.argv[3] ?? join(root, 'build/extension'));
const MOST = { content: 8192, zip: 61_440 };
const PAGES = ['popup', 'options', 'welcome', 'step'];
const WIDGET = ['panel', 'fields', 'optin', 'read', 'sight', 'cards', 'shown', 'price'];
/** Words of the tag alone, which asks whether likes may be remembered. */
const NEVER = 'remember';
/** A moment that every build of the same sources shares; zips know none before 1980. */
const THEN = new Date(1980, 0, 1, 12);

/** @param {string} sentence */
function refuse(sentence) {
  console.error(`${relative(process.cwd(), file)}: ${sentence}`);
  process.exit(1);
}

/* ---- settings ---- */

/** @param {string} path */
function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return refuse(`there is no file ${relative(process.cwd(), path)}.`);
  }
}

function given() {
  try {
    return JSON.parse(read(file));
  } catch (wrong) {
    return refuse(`is not JSON: ${wrong.message}`);
  }
}

function settled() {
  const own = given();
  const settings = { ...JSON.parse(readFileSync(join(here, 'settings.json'), 'utf8')), ...own };
  const unknown = Object.keys(settings).filter(name => !RULES[name]);
  if (unknown[0]) refuse(`“${unknown[0]}” is not a setting. There are: ${Object.keys(RULES).join(', ')}.`);
  for (const [name, [rule, sentence]] of Object.entries(RULES)) if (!rule(settings[name])) refuse(`“${name}” ${sentence}`);
  settings.icon = resolve(own.icon ? dirname(file) : here, settings.icon);
  return settings;
}

const text = most => value => typeof value === 'string' && value.trim() && value.length <= most;
function web(value) {
  try {
    const { origin, protocol } = new URL(value);
    return /^https?:$/.test(protocol) && value === origin;
  } catch {
    return false;
  }
}
const RULES = {
  name: [text(45), 'is the name in the stores: 1 to 45 characters.'],
  description: [text(132), 'is one line for the stores: 1 to 132 characters.'],
  collector: [web, 'is the address of your collector, scheme and host only, such as https://likes.shop.example.'],
  site: [value => value === '' || /^[\w-]{1,64}$/.test(value), 'is the public key of your site, or empty; the admin’s page Tag shows it.'],
  always_on: [value => Array.isArray(value) && value.every(one => /^(https?|\*):\/\/(\*|(\*\.)?[^/*]+)\/\*$/.test(one)), 'is a list of match patterns of your own pages, such as https://shop.example/*.'],
  icon: [value => text(300)(value) && /\.svg$/.test(value), 'is the path of an SVG file, seen from these settings.'],
  homepage: [value => value === '' || /^https:\/\/\S+$/.test(value), 'is an https address, or empty.'],
  gecko_id: [value => /^[\w.-]+@[\w.-]+$/.test(value), 'is the id at addons.mozilla.org, such as likes@shop.example.'],
};

const settings = settled();
const version = /^version = (\S+)/m.exec(readFileSync(join(root, 'setup.cfg'), 'utf8'))?.[1] ?? refuse('setup.cfg names no version.');

/* ---- files ---- */

/** Of the extension's pages: a file for each. */
const languages = readdirSync(join(here, 'words')).map(name => name.replace('.js', '')).sort();
const modules = await Promise.all(languages.map(async language => [language, await import(`./words/${language}.js`)]));
const spoken = modules.map(([language, words]) => [language, words.default]);
/** What the browser itself says. */
const browsers = modules.map(([language, words]) => [language, words.browser]);
/** The one sentence of the pages' words that the content script says. */
const later = Object.fromEntries(spoken.map(([language, words]) => [language, words.later]));

/** Where the widget looks for its later parts, and into the page's window, the extension has ways of its own. */
const ways = {
  name: 'ways',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/part\.js$/ }, () => ({ path: join(here, 'part.js') }));
    onResolve({ filter: /^\.\/view\.js$/ }, () => ({ path: join(here, 'view.js') }));
  },
};

const OPTIONS = {
  bundle: true, write: false, charset: 'utf8', target: ['chrome120', 'firefox140'], legalComments: 'none', plugins: [styles, ways],
  define: {
    BUILT: JSON.stringify({ collector: settings.collector, site: settings.site, language: '' }),
    NAME: JSON.stringify(settings.name),
    LANGUAGES: JSON.stringify(languages),
    LATER: JSON.stringify(later),
  },
};

/** A script without exports. @param {import('esbuild').BuildOptions} entry */
async function bundled(entry) {
  const { outputFiles: [{ text }] } = await build({ ...OPTIONS, ...entry, format: 'iife' });
  const { code } = await minify(text, { ecma: 2020, compress: { passes: 2 } });
  return `${code}\n`;
}

/** Later parts of the content script in one file: puts what they export where part.js finds it. @param {string} folder @param {string[]} names */
async function partsOf(folder, names) {
  const lines = await Promise.all(names.map(async name => {
    const path = `./widget/${folder}${name}.js`;
    const { metafile } = await build({ ...OPTIONS, entryPoints: [join(root, path)], format: 'esm', metafile: true, outdir: out });
    const exported = Object.values(metafile.outputs)[0].exports.filter(one => one !== NEVER);
    return `import * as ${name} from '${path}'; parts.${name} = { ${exported.map(one => `${one}: ${name}.${one}`)} };`;
  }));
  return bundled({ stdin: { contents: `const parts = globalThis.afterlikeParts ??= {}; ${lines.join('')}`, resolveDir: root } });
}

/** @param {string} name */
const script = name => bundled({ entryPoints: [join(here, `${name}.js`)] });

/** The script of the pages waits for their words, as only a module can. */
async function pages() {
  const { outputFiles: [{ text }] } = await build({ ...OPTIONS, entryPoints: [join(here, 'pages.js')], format: 'esm' });
  const { code } = await minify(text, { ecma: 2020, module: true, compress: { passes: 2 } });
  return `${code}\n`;
}

/** A page before its script has filled it. @param {string} name */
const page = name => `<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content=width=device-width><title>${
  settings.name.replace(/[<&]/g, one => `&#${one.charCodeAt(0)};`)}</title><link rel=stylesheet href=pages.css><script type=module src=pages.js></script><body class=${name}>\n`;

/** @type {Record<string, Uint8Array|string>} */
const files = {};
files['manifest.json'] = `${JSON.stringify(manifest(settings, version), null, 2)}\n`;
files['background.js'] = await script('background');
files['content.js'] = await script('content');
for (const name of WIDGET) files[`parts/${name}.js`] = await partsOf('', [name]);
const tongues = readdirSync(join(root, 'widget/words')).map(name => name.replace('.js', '')).filter(name => name !== 'en').sort();
files['parts/words.js'] = await partsOf('words/', tongues);
for (const name of PAGES) files[`${name}.html`] = page(name);
for (const [language, { menu, key }] of browsers) files[`_locales/${language}/messages.json`] = JSON.stringify({ menu: { message: menu }, key: { message: key } });
files['pages.js'] = await pages();
files['pages.css'] = (await transform(readFileSync(join(here, 'pages.css'), 'utf8'), { loader: 'css', minify: true, target: OPTIONS.target })).code;

await initWasm(readFileSync(join(root, 'node_modules/@resvg/resvg-wasm/index_bg.wasm')));
const icon = read(settings.icon);
for (const size of ICONS) files[`icons/${size}.png`] = png(new Resvg(icon, { fitTo: { mode: 'width', value: size } }).render());

/* ---- out ---- */

/** @param {Record<string, Uint8Array|string>} files */
const zipped = files => zipSync(Object.fromEntries(Object.keys(files).sort().map(name => {
  const bytes = files[name];
  return [name, [typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes, { mtime: THEN, level: 9, os: 3, attrs: 0o644 << 16 }]];
})));

/** All that it takes to build this again, as Mozilla asks for it. */
function sources() {
  /** @type {Record<string, string>} */
  const all = { 'extension/settings.json': `${JSON.stringify({ ...settings, icon: 'icon.svg' }, null, 2)}\n` };
  for (const name of ['package.json', 'package-lock.json', 'setup.cfg', 'tsconfig.json']) all[name] = readFileSync(join(root, name), 'utf8');
  for (const folder of ['extension', 'extension/words', 'widget', 'widget/words']) {
    for (const one of readdirSync(join(root, folder), { withFileTypes: true })) {
      if (one.isFile()) all[`${folder}/${one.name}`] ??= readFileSync(join(root, folder, one.name), 'utf8');
    }
  }
  all['extension/icon.svg'] = icon;
  return all;
}

rmSync(out, { recursive: true, force: true });
for (const [name, bytes] of Object.entries(files)) {
  mkdirSync(dirname(join(out, 'unpacked', name)), { recursive: true });
  writeFileSync(join(out, 'unpacked', name), bytes);
}
const slug = settings.name.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '') || 'extension';
const zip = zipped(files);
for (const store of ['chrome', 'firefox']) writeFileSync(join(out, `${slug}-${version}-${store}.zip`), zip);
writeFileSync(join(out, `${slug}-${version}-sources.zip`), zipped(sources()));

const content = gzipSync(files['content.js'], { level: 9 }).length;
console.log(`content.js ${content} bytes gzip of ${MOST.content}\npackage ${zip.length} bytes of ${MOST.zip}\nbuilt in ${relative(process.cwd(), out) || '.'}`);
if (content > MOST.content || zip.length > MOST.zip) {
  console.error('It is over its budget: take something out, or load it later.');
  process.exitCode = 1;
}

/** Builds the widget: its files, each under a content-hashed name, precompressed, within its budget. */

import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { minify } from 'terser';
import { styles } from './styles.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2] ?? join(here, '../server/afterlike/static/widget');
const BUDGETS = { 'w.js': 5120, 'whole.js': 10240, 'panel.js': 2560, 'fields.js': 2048, 'optin.js': 1536, 'read.js': 4096, 'after.js': 2560, 'own.js': 2048, 'debug.js': 1536, 'sight.js': 4608, 'shown.js': 6656, 'price.js': 4608, 'cards.js': 2048 };
const OTHERS = 1024;
/** Of the core: older browsers report what they cannot read; what a part cannot do in a browser ends within the core. */
const OLDEST = 'es2020';

/** esbuild bundles; terser makes the result a twentieth smaller than esbuild's own minifier does; what it calls unsafe is to join texts by “+”. */
async function bundled(entry, format, define = {}, more = []) {
  const { outputFiles: [{ text }] } = await build({
    entryPoints: [join(here, entry)], bundle: true, write: false, charset: 'utf8', target: format === 'iife' ? OLDEST : 'es2022', legalComments: 'none',
    plugins: [styles, ...more], format, define, minifySyntax: true,
  });
  const { code } = await minify(text, { ecma: 2020, module: true, compress: { passes: 3, unsafe_arrows: true, unsafe_methods: true, pure_getters: true, keep_fargs: false, hoist_funs: true, unsafe: true, inline: 2 } });
  return Buffer.from(`${code}\n`);
}

/** The parts that come along, where they do, and where a plain script finds the others. @param {boolean} whole */
const brought = whole => ({
  name: 'brought',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^\.\/(part|brought)\.js$/ }, () => whole ? { path: join(here, 'brought.js') } : { path: 'none', namespace: 'none' });
    onLoad({ filter: /.*/, namespace: 'none' }, () => ({ contents: 'export const brought = undefined' }));
  },
});

const digest = (algorithm, bytes, encoding) => createHash(algorithm).update(bytes).digest(encoding);

function write(name, bytes) {
  writeFileSync(join(out, name), bytes);
  writeFileSync(join(out, `${name}.gz`), gzipSync(bytes, { level: 9 }));
  writeFileSync(join(out, `${name}.br`), brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
}

/** What is loaded later, by floating name. One hash over all of them stands in the name of each. */
const later = {
  'after.js': await bundled('after.js', 'esm'),
  'panel.js': await bundled('panel.js', 'esm'),
  'fields.js': await bundled('fields.js', 'esm'),
  'optin.js': await bundled('optin.js', 'esm'),
  'read.js': await bundled('read.js', 'esm'),
  'sight.js': await bundled('sight.js', 'esm'),
  'cards.js': await bundled('cards.js', 'esm'),
  'shown.js': await bundled('shown.js', 'esm'),
  'price.js': await bundled('price.js', 'esm'),
  'own.js': await bundled('own.js', 'esm'),
  'api.js': await bundled('api.js', 'esm'),
  'debug.js': await bundled('debug.js', 'esm'),
};
for (const name of readdirSync(join(here, 'words')).sort()) later[name] = await bundled(`words/${name}`, 'esm');
const release = digest('sha256', Buffer.concat(Object.values(later)), 'hex').slice(0, 12);
/** The core alone, or with the parts that a site's pages would wait for. @param {boolean} whole */
const core = whole => bundled('main.js', 'iife', { BUILD: JSON.stringify(release), WHOLE: `${whole}` }, [brought(whole)]);
const cores = { 'w.js': await core(false), 'whole.js': await core(true) };

const manifest = {};
mkdirSync(out, { recursive: true });
for (const name of readdirSync(out)) rmSync(join(out, name));
for (const [name, bytes] of Object.entries({ ...cores, ...later })) {
  const file = name.replace('.js', `-${name in cores ? digest('sha256', bytes, 'hex').slice(0, 12) : release}.js`);
  const size = gzipSync(bytes, { level: 9 }).length;
  const budget = BUDGETS[name] ?? OTHERS;
  manifest[name] = { file, integrity: `sha384-${digest('sha384', bytes, 'base64')}` };
  write(file, bytes);
  console.log(`${name.padEnd(9)}${String(size).padStart(5)} bytes gzip of ${budget}`);
  if (size > budget) {
    console.error(`${name} is over its budget: take something out, or load it later.`);
    process.exitCode = 1;
  }
}
writeFileSync(join(out, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);

/** All texts by language, for the admin's page where an owner writes others. */
const words = {};
for (const name of readdirSync(join(here, 'words')).sort()) words[name.replace('.js', '')] = { ...await import(`./words/${name}`) };
writeFileSync(join(out, 'words.json'), `${JSON.stringify(words, null, 1)}\n`);

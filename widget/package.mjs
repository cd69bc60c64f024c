/** Makes the npm package out of load.js: the module, its types, and the version of setup.cfg. */

import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transform } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const source = join(here, 'load.js');
const home = join(here, 'package');
const out = process.argv[2] ?? home;
const TSC = join(here, '../node_modules/typescript/bin/tsc');

/** What JSDoc has no words for: the page's globals. */
const GLOBALS = `
declare global {
  interface Window {
    /** There once the tag has run. */
    Afterlike?: Afterlike;
  }
  interface GlobalEventHandlersEventMap extends Events {}
  interface DocumentEventMap {
    /** The widget runs; buttons follow. */
    'afterlike:ready': Event;
  }
}
`;

/** @returns {string} the declarations that tsc reads from the module's comments */
function types() {
  const folder = mkdtempSync(join(tmpdir(), 'afterlike-'));
  try {
    execFileSync(process.execPath, [TSC, source, join(here, 'window.d.ts'), '--ignoreConfig', '--allowJs', '--checkJs', '--strict', '--declaration',
      '--emitDeclarationOnly', '--target', 'ES2024', '--lib', 'ES2024,DOM,DOM.Iterable', '--types', '', '--outDir', folder]);
    return readFileSync(join(folder, 'load.d.ts'), 'utf8');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const version = /^version = (.+)$/m.exec(readFileSync(join(here, '../setup.cfg'), 'utf8'))?.[1];
const told = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'));
const { code } = await transform(readFileSync(source, 'utf8'), { target: 'es2022', format: 'esm', charset: 'utf8' });

mkdirSync(out, { recursive: true });
if (out !== home) copyFileSync(join(home, 'README.md'), join(out, 'README.md'));
writeFileSync(join(out, 'package.json'), `${JSON.stringify({ ...told, version }, null, 2)}\n`);
writeFileSync(join(out, 'index.js'), code);
writeFileSync(join(out, 'index.d.ts'), types() + GLOBALS);

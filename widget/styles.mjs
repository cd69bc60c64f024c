/** Style sheets come into a bundle as minified text. */

import { readFileSync } from 'node:fs';
import { transform } from 'esbuild';

/** A plugin of esbuild. */
export const styles = {
  name: 'styles',
  setup({ onLoad }) {
    onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(readFileSync(path, 'utf8'), { loader: 'css', minify: true, target: 'es2022' });
      return { contents: code.trim().replaceAll(/(--[a-z]+:|,) | (?=})/g, '$1'), loader: 'text' };
    });
  },
};

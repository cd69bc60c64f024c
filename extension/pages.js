/** One script for all pages of the extension, each of which names itself: together they take the least room in the package. */

/** @type {Record<string, () => Promise<any>>} */
const PAGES = {
  popup:   () => import('./popup.js'),
  step:    () => import('./step.js'),
  options: () => import('./options.js'),
  welcome: () => import('./welcome.js'),
};

PAGES[document.body.className]();

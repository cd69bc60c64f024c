/** Style sheets for shadow roots; only adopted ones, which every page's security policy allows. */

/** @param {string} text */
export function sheet(text) {
  const made = new CSSStyleSheet();
  made.replaceSync(text);
  return made;
}

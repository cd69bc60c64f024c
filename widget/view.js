/** What the page's own scripts have left in its window. */

/** @param {Document} doc @returns {any} */
export const globals = doc => doc.defaultView;

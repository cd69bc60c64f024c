/** Another part of this build, beside the one that asks. */

/** @param {string} name @returns {Promise<any>} */
export const part = name => import(import.meta.url.replace(/[a-z]+-(?=\w+\.js)/, `${name}-`));

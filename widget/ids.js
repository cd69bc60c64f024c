/** Random names: the visitor's secret, and the ids of what they do. */

/** @returns {string} 128 random bits, as 32 hexadecimal digits */
export const secret = () => crypto.getRandomValues(new Uint8Array(16)).reduce((text, byte) => text + (byte + 256).toString(16).slice(1), '');

/** A random UUID; `crypto.randomUUID` does not exist on http pages. */
export const uuid = () => secret().replace(/(.{8})(....).(...).(...)/, '$1-$2-4$3-a$4-');

/** The browser's own interface under one name: Firefox calls it `browser`, Chrome `chrome`; both answer with promises. */

/** @type {any} */
export const browser = /** @type {any} */ (globalThis).browser ?? /** @type {any} */ (globalThis).chrome;

/**
 * Asks the background; rejects when the extension was reloaded or taken away in the meantime.
 * @param {string} what @param {object} [more] @returns {Promise<any>}
 */
export const ask = async (what, more) => {
  const { told, wrong } = await browser.runtime.sendMessage({ what, ...more }) ?? {};
  if (wrong) throw new Error(wrong);
  return told;
};

/**
 * Answers messages by their name; an answer that was never asked for is not given.
 * @param {Record<string, (message: any, sender: any) => any>} answers
 */
export function answering(answers) {
  const listener = (/** @type {any} */ message, /** @type {any} */ sender, /** @type {(answer: object) => void} */ answer) => {
    const does = Object.hasOwn(answers, message?.what) && answers[message.what];
    if (!does) return false;
    Promise.resolve().then(() => does(message, sender)).then(told => answer({ told }), wrong => answer({ wrong: `${wrong?.message ?? wrong}` }));
    return true;
  };
  browser.runtime.onMessage.addListener(listener);
  return () => browser.runtime.onMessage.removeListener(listener);
}

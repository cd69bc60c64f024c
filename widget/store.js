/** Keeps small things in IndexedDB, where they survive even a killed browser; in memory where that is denied. */

/** @typedef {ReturnType<typeof store>} Store */

/**
 * What the disk says; `upgradeneeded` means that there was no database.
 * @template {IDBRequest} T @param {T} asked @returns {Promise<T>}
 */
const answer = asked => new Promise((done, fail) => {
  asked.onsuccess = /** @type {IDBOpenDBRequest} */ (/** @type {unknown} */ (asked)).onupgradeneeded = () => done(asked);
  asked.onerror = event => fail(event.preventDefault()); // or Firefox writes it to the console
  setTimeout(fail, 5e3); // a disk that does not answer is none; slow ones take seconds
});

/**
 * Nothing is made on the visitor's disk before the first `set`: a database that is not there is not opened into being. Whoever
 * deletes it need not wait for us.
 * @param {string} name @param {boolean} lasting  false keeps everything in memory; it can be changed later
 */
export function store(name, lasting) {
  /** @type {Map<string|number, any>} */
  const kept = new Map();
  /** One for all, so that what is done in order is written in order. @type {Promise<IDBDatabase>|undefined} */
  let opened;

  const open = async () => {
    const asked = indexedDB.open(name);
    const { result, transaction } = await answer(asked);
    if (transaction) {
      if (!kept.size) transaction.abort();
      const rows = result.createObjectStore('kept', { keyPath: 'id' });
      for (const one of kept.values()) rows.put(one); // with the making, not after it: the page may be left at once
      await answer(asked);
    }
    result.onversionchange = () => {
      kept.clear();
      opened = void result.close();
    };
    return result;
  };

  const made = {
    kept,
    lasting,

    /**
     * @param {(rows: IDBObjectStore) => IDBRequest} work
     * @param {boolean} [needed]
     * @param {IDBObjectStore} [rows]  of the transaction to do it in
     * @returns {Promise<any>} nothing where the disk says no
     */
    async within(work, needed, rows) {
      if (made.lasting) try {
        return await answer(work(rows ?? (await (opened ??= open())).transaction('kept', 'readwrite').objectStore('kept')));
      } catch {
        opened = undefined;
        if (needed) made.lasting = false;
      }
    },

    /** Reads what other pages and other days left. */
    async read() {
      for (const one of (await made.within(rows => rows.getAll()))?.result ?? []) kept.set(one.id, one);
    },

    /** @param {{id: string|number} & Record<string, any>} value @param {IDBObjectStore} [rows] */
    set(value, rows) {
      kept.set(value.id, value);
      made.within(own => {
        const asked = own.put(value);
        if (!rows) own.transaction.commit(); // a tab may be closed at once
        return asked;
      }, true, rows);
    },
  };
  return made;
}

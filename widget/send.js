/** The outbox: what the visitor did is written down first, then sent, and sent again until the collector has answered. */

/** @typedef {(entry: Entry, status: number, answer: any) => void} Answered */
/** @typedef {'likes'|'details'|'unlike'|'answers'|'shown'|'visits'} Kind */

/**
 * @typedef {object} Entry
 * @property {number} id  rises with every entry
 * @property {Kind} kind
 * @property {string} line  entries of one line go one after the other: the product's key
 * @property {string} [like]  id of the like that it is about
 * @property {Record<string, any>} body
 * @property {number} tries
 * @property {number} [not_before]
 * @property {boolean} [firm]  even for a new page: a tab is sending it, or the collector has named the moment
 *
 * @typedef {object} Outbox
 * @property {() => Entry[]} waiting
 * @property {() => void} wake  tries at once what waits for a connection
 * @property {(kind: Kind, line: string, like?: string, body?: Record<string, any>) => void} add  writes down and sends
 * @property {(line: string, kind: Kind) => Entry|undefined} cancel  takes back what waits in a line and has never left
 */

const MOST = 200;
const LONGEST_PAUSE = 18e5;
/** What a tab that sends has before another may: a little more than a call can take. */
export const CLAIM = 12e3;

/**
 * Opens the outbox, and sends what earlier pages left.
 * @param {import('./main.js').Tools} tools
 * @param {Answered} answered  200 and its answer, or the refusal
 * @returns {Outbox}
 */
export function outbox({ site, store, call, write, sent }, answered) {
  const { kept } = store;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let timer;

  /** @returns {Entry[]} */
  const waiting = () => [...kept.values()].filter(one => one.line).sort((a, b) => a.id - b.id);

  /** Changes of entries; with their number, what tells that there were any. */
  let changes = 0;
  const state = () => `${changes} ${kept.size}`;
  // Who is forgotten, here or by another tab, empties the map. What is just being read is then of somebody forgotten.
  const clear = kept.clear.bind(kept);
  kept.clear = () => {
    changes++;
    clear();
  };

  /** @param {Entry} entry @param {IDBObjectStore} [rows] */
  function set(entry, rows) {
    changes++;
    store.set(entry, rows);
  }

  /** @param {Entry} entry */
  function remove({ id }) {
    changes++;
    kept.delete(id);
    store.within(rows => rows.delete(id));
  }

  /**
   * Reads what other pages and other days left; what another tab has removed since goes here too.
   * @returns {Promise<IDBObjectStore|undefined>} of the same transaction, until the next pause
   */
  async function read() {
    const before = state();
    const asked = await store.within(rows => rows.getAll());
    if (before !== state()) return read(); // the disk has not heard of it yet
    if (!asked) return;
    clear();
    for (const one of asked.result) kept.set(one.id, one);
    return asked.source;
  }

  /** @param {Entry} entry */
  const called = ({ kind, like, body }) => (kind === 'unlike' ? call(`likes/${like}?site=${site}`, {}, 'DELETE')
    : call(kind === 'details' ? 'likes/details' : kind, { id: like, like, ...body })).catch(() => ({ status: 0, pause: null, answer: {} }));

  /**
   * Claims an entry, so that no other tab sends it at the same time, and sends it.
   * @param {Entry} entry @param {IDBObjectStore} [rows]
   */
  async function deliver(entry, rows) {
    const { id } = entry;
    const early = sent.get(id);
    sent.delete(id);
    if (!early) {
      entry.tries++;
      claim(entry);
      set(entry, rows);
    }
    let { status, pause, answer } = await (early ?? called(entry));
    if (status > 399 && !passing(status)) status = await settle(entry, status, call).catch(() => 0);
    if (passing(status)) {
      const named = Number(pause) * 1e3 || Date.parse(pause ?? '') - Date.now() || 0;
      entry.firm = !!pause;
      entry.not_before = Date.now() + Math.min(Math.max(named, 1200 * 2 ** (entry.tries + Math.random() / 2)), LONGEST_PAUSE);
      if (!navigator.onLine) entry.tries = 0; // it has not left this machine
      if (kept.has(id)) set(entry);
    } else {
      const known = kept.has(id);
      remove(entry);
      if (known) answered(entry, status, answer); // who has been forgotten in the meantime hears nothing of it
    }
    again(true);
  }

  /** A press and the one that takes it back are nothing where neither has left, however they came to wait. */
  function fold() {
    /** @type {Map<string, Entry[]>} */
    const presses = new Map();
    for (const entry of waiting()) {
      if (!/like/.test(entry.kind)) continue;
      const before = presses.get(entry.line) ?? [];
      presses.set(entry.line, before);
      const last = before.at(-1);
      if (last && last.kind !== entry.kind && !last.tries && !entry.tries) [before.pop(), entry].forEach(one => one && remove(one));
      else before.push(entry);
    }
  }

  /**
   * Reads what earlier pages and other tabs left, and sends the first of every line when its time has come.
   * @param {boolean} [patient]
   */
  async function again(patient) {
    const rows = await read();
    fold();
    const first = new Map(waiting().reverse().map(one => [one.line, one]));
    let next = LONGEST_PAUSE;
    for (const entry of first.values()) {
      const wait = (patient || entry.firm) && !sent.has(entry.id) ? (entry.not_before ?? 0) - Date.now() : 0;
      // A wait longer than any that we set means that the clock was moved.
      if (wait > 0 && wait <= LONGEST_PAUSE) next = Math.min(next, wait);
      else deliver(entry, rows);
    }
    clearTimeout(timer);
    if (first.size) timer = setTimeout(again, next, true);
  }

  again();
  return {
    waiting,
    wake: () => again(),

    add(kind, line, like, body) {
      // Who has been forgotten in the meantime is not made anew by what was still to be told; only a like makes a visitor.
      if (kind !== 'likes' && !kept.has('visitor')) return;
      const all = waiting();
      // What is only told of goes before what was done.
      if (all.length >= MOST) remove(all.find(one => /^[ds]/.test(one.kind)) ?? all[0]);
      const entry = write(kind, line, like, body);
      if (!all.some(one => one.line === line)) deliver(entry);
    },

    cancel(line, kind) {
      const entry = waiting().find(one => one.line === line && one.kind === kind && !one.tries);
      if (entry) remove(entry);
      return entry;
    },
  };
}

/** Whether it may go better later; 0 is no answer. @param {number} status */
const passing = status => !status || [408, 425, 429].includes(status) || status > 499;

/** For as long as a call can take, only this page sends it. @param {Entry} entry */
function claim(entry) {
  entry.not_before = Date.now() + CLAIM;
  entry.firm = true;
}

/**
 * What was refused, put right where that can be done.
 * @param {Entry} entry @param {number} status @param {import('./main.js').Tools['call']} call
 * @returns {Promise<number>} 0 to send it again, 200 to leave it in silence, else the refusal
 */
async function settle(entry, status, call) {
  const { kind, line, like, body } = entry;
  if (status === 422 && body.context) {
    // Rather a like without its facts than no like.
    const { product: { key, url, title }, page } = body;
    return atOnce(Object.assign(entry, { body: { product: { key, url, title }, page: { url: page.url } } }));
  }
  if (status === 404 && like && kind !== 'likes') {
    // The collector may know this like by another id: of another tab, say.
    const known = (await call('mine', { products: [line] })).answer.likes?.[line]?.id;
    if (known && known !== like) return atOnce(Object.assign(entry, { like: known }));
  }
  return kind === 'details' ? 200 : status;
}

/** @param {Entry} entry */
function atOnce(entry) {
  entry.tries = -9;
  return 0;
}

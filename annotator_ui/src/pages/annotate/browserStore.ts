/**
 * Where answers and drafts outlive the page: IndexedDB, or localStorage where there is none (some private windows).
 *
 * Read once when the page opens and kept in memory from then on, so that a draft is there without waiting; written
 * behind. Keys are of one person only: a browser may be shared.
 */

import type { KeyValueStore } from "../../core/ports";
import { keyPrefix, localStore } from "./browser";

const DATABASE = "flywheel";
const TABLE = "texts";

function asPromise<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function openDatabase(): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(TABLE);
  return asPromise(request);
}

async function readAll(database: IDBDatabase, prefix: string): Promise<Map<string, string>> {
  const table = database.transaction(TABLE).objectStore(TABLE);
  const range = IDBKeyRange.bound(prefix, `${prefix}\uffff`);
  const [keys, texts] = await Promise.all([asPromise(table.getAllKeys(range)), asPromise(table.getAll(range))]);
  return new Map(keys.map((key, place) => [String(key).slice(prefix.length), String(texts[place])]));
}

const MOVED = ["draft:", "outbox:"];

/** What an earlier version of this page left in localStorage, taken out of it. */
function takeFromLocalStorage(prefix: string): Map<string, string> {
  const isOurs = (name: string): boolean => MOVED.some((kind) => name.startsWith(prefix + kind));
  const names = Object.keys(localStorage).filter(isOurs);
  const found = new Map(names.map((name) => [name.slice(prefix.length), localStorage.getItem(name) ?? ""]));
  for (const name of names) localStorage.removeItem(name);
  return found;
}

const NOTE = "unwritten:";

/**
 * What the database has not written yet is noted in localStorage, which writes at once: it writes behind, and a page that
 * is reloaded or closed a moment after a verdict would lose it.
 */
const notes = {
  keep(name: string, text: string | null): string {
    const note = JSON.stringify(text);
    try {
      localStorage.setItem(NOTE + name, note);
    } catch {
      // Full or forbidden: the database is still told.
    }
    return note;
  },
  drop(name: string, note: string): void {
    if (localStorage.getItem(NOTE + name) === note) localStorage.removeItem(NOTE + name);
  },
  read(prefix: string): Map<string, string | null> {
    const start = NOTE + prefix;
    const names = Object.keys(localStorage).filter((name) => name.startsWith(start));
    return new Map(names.map((name) => [name.slice(start.length), JSON.parse(localStorage.getItem(name) ?? "null")]));
  },
};

class IndexedStore implements KeyValueStore {
  private readonly news: BroadcastChannel;

  constructor(
    private readonly database: IDBDatabase,
    private readonly prefix: string,
    private readonly texts: Map<string, string>,
  ) {
    this.news = new BroadcastChannel(prefix);
  }

  keys(): string[] {
    return [...this.texts.keys()];
  }

  get(key: string): string | null {
    return this.texts.get(key) ?? null;
  }

  set(key: string, text: string): void {
    this.texts.set(key, text);
    this.write(key, text);
    this.news.postMessage([key, text]);
  }

  remove(key: string): void {
    if (!this.texts.delete(key)) return;
    this.write(key, null);
    this.news.postMessage([key, null]);
  }

  watch(listener: (key: string) => void): void {
    this.news.addEventListener("message", ({ data }: MessageEvent<[string, string | null]>) => {
      const [key, text] = data;
      if (text === null) this.texts.delete(key);
      else this.texts.set(key, text);
      listener(key);
    });
  }

  /** Takes up what the page before this one could not write any more. */
  takeUp(unwritten: ReadonlyMap<string, string | null>): void {
    for (const [key, text] of unwritten) {
      if (text === null) this.texts.delete(key);
      else this.texts.set(key, text);
      this.write(key, text);
    }
  }

  private write(key: string, text: string | null): void {
    const name = this.prefix + key;
    const note = notes.keep(name, text);
    try {
      const transaction = this.database.transaction(TABLE, "readwrite");
      // A full disk aborts it: the note, memory and the server's copy of the draft remain.
      transaction.oncomplete = () => notes.drop(name, note);
      const table = transaction.objectStore(TABLE);
      if (text === null) table.delete(name);
      else table.put(text, name);
    } catch {
      // The browser has closed the database, e.g. because somebody cleared the site's data.
    }
  }
}

export async function browserStore(personId: number): Promise<KeyValueStore> {
  const prefix = keyPrefix(personId);
  try {
    const database = await openDatabase();
    // Another page of a newer version wants to change the tables: it must not wait for this one.
    database.onversionchange = () => database.close();
    const store = new IndexedStore(database, prefix, await readAll(database, prefix));
    for (const [key, text] of takeFromLocalStorage(prefix)) store.set(key, text);
    store.takeUp(notes.read(prefix));
    return store;
  } catch {
    return localStore(personId);
  }
}

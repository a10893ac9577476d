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
    this.write((table) => table.put(text, this.prefix + key));
    this.news.postMessage([key, text]);
  }

  remove(key: string): void {
    if (!this.texts.delete(key)) return;
    this.write((table) => table.delete(this.prefix + key));
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

  private write(change: (table: IDBObjectStore) => IDBRequest): void {
    try {
      // A full disk aborts the transaction: memory and the server's copy of the draft remain.
      change(this.database.transaction(TABLE, "readwrite").objectStore(TABLE));
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
    return store;
  } catch {
    return localStore(personId);
  }
}

import { lowerBound } from '../../base/sorted.ts';
import { collectionOf } from './keys.ts';
import type { Entry } from './types.ts';

/** The newest entry of every key, by collection and ordered by key: what reads and lists answer from. */
export class Collections {
  readonly #byCollection = new Map<string, Collection>();

  get(key: string): Entry | undefined {
    return this.#byCollection.get(collectionOf(key))?.entries.get(key);
  }

  set(entry: Entry): void {
    const name = collectionOf(entry.key);
    let collection = this.#byCollection.get(name);
    if (!collection) {
      collection = { keys: [], entries: new Map() };
      this.#byCollection.set(name, collection);
    }
    if (!collection.entries.has(entry.key)) {
      collection.keys.splice(lowerBound(collection.keys, entry.key), 0, entry.key);
    }
    collection.entries.set(entry.key, entry);
  }

  remove(key: string): void {
    const collection = this.#byCollection.get(collectionOf(key));
    if (!collection?.entries.delete(key)) return;
    collection.keys.splice(lowerBound(collection.keys, key), 1);
  }

  /** Of every collection. */
  all(): Entry[] {
    return [...this.#byCollection.values()].flatMap(({ entries }) => [...entries.values()]);
  }

  list(prefix: string): Entry[] {
    const collection = this.#byCollection.get(collectionOf(prefix));
    if (!collection) return [];
    const { keys, entries } = collection;
    const found: Entry[] = [];
    for (let i = lowerBound(keys, prefix); i < keys.length; i++) {
      const key = keys[i] ?? '';
      if (!key.startsWith(prefix)) break;
      const entry = entries.get(key);
      if (entry) found.push(entry);
    }
    return found;
  }
}

interface Collection {
  readonly keys: string[];
  readonly entries: Map<string, Entry>;
}

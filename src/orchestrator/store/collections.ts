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
      collection = { keys: [], added: [], entries: new Map() };
      this.#byCollection.set(name, collection);
    }
    if (!collection.entries.has(entry.key)) collection.added.push(entry.key);
    collection.entries.set(entry.key, entry);
  }

  remove(key: string): void {
    const collection = this.#byCollection.get(collectionOf(key));
    if (!collection?.entries.delete(key)) return;
    const keys = sortedKeys(collection);
    keys.splice(lowerBound(keys, key), 1);
  }

  /** Of every collection. */
  all(): Entry[] {
    return [...this.#byCollection.values()].flatMap(({ entries }) => [...entries.values()]);
  }

  list(prefix: string): Entry[] {
    const collection = this.#byCollection.get(collectionOf(prefix));
    if (!collection) return [];
    const { entries } = collection;
    const keys = sortedKeys(collection);
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
  /** In their order. */
  keys: string[];
  /** Those that have no place in the order yet: it is found when somebody asks for the order, which many writes come before. */
  added: string[];
  readonly entries: Map<string, Entry>;
}

/** Beyond this, sorting all is cheaper than moving keys for each that comes between them. */
const FEW = 16;

function sortedKeys(collection: Collection): string[] {
  const { keys, added } = collection;
  if (added.length === 0) return keys;
  collection.added = [];
  if (added.length > FEW) collection.keys = [...keys, ...added].sort();
  else for (const key of added) keys.splice(lowerBound(keys, key), 0, key);
  return collection.keys;
}

import { ByteCache, type Cache, scopeOf } from '../../base/bytecache.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { Selection } from '../store/selection.ts';
import type { Oid } from '../types.ts';
import { Walk } from './closure-walk.ts';

interface Closure {
  readonly tips: ReadonlySet<Oid>;
  readonly objects: Selection;
}

/** A few kilobytes each, and a second of work where a large pack has no links: worth an hour. */
const closures = new ByteCache<string, Closure>(16 * 2 ** 20, 60 * 60_000);

/**
 * All objects that some tips lead to. What an object leads to never changes, so answers are kept; only the places of the objects are
 * looked up again after packs were merged. After a push, the previous answer is extended by what is new.
 */
export class Closures {
  readonly #store: ObjectStore;
  readonly #known: Cache<string | number, Closure> = scopeOf(closures);
  readonly #walking = new Map<string, Promise<Selection>>();
  #latest = '';

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  /** Concurrent callers with the same tips share one walk. They share the answer too: copy it before adding to it. */
  of(tips: readonly Oid[]): Promise<Selection> {
    const key = [...new Set(tips)].sort().join(' ');
    const known = this.#known.get(key);
    if (known?.objects.isIn(this.#store)) {
      this.#latest = key;
      return Promise.resolve(known.objects);
    }
    const walking = this.#walking.get(key) ?? this.#walk(key, new Set(tips), known);
    this.#walking.set(key, walking);
    return walking;
  }

  async #walk(key: string, tips: ReadonlySet<Oid>, known: Closure | undefined): Promise<Selection> {
    try {
      const before = known ?? this.#known.get(this.#latest);
      const objects =
        (before && (await extended(this.#store, before, tips))) ?? (await walked(this.#store, tips));
      this.#known.set(key, { tips, objects }, objects.bytes + 100 * tips.size);
      this.#latest = key;
      return objects;
    } finally {
      this.#walking.delete(key);
    }
  }
}

async function walked(store: ObjectStore, tips: Iterable<Oid>): Promise<Selection> {
  const objects = Selection.in(store);
  await new Walk(store, objects).from(tips);
  return objects;
}

/** Undefined where the walk does not come upon a tip of before: after a forced push, or when a branch was deleted. */
async function extended(
  store: ObjectStore,
  before: Closure,
  tips: ReadonlySet<Oid>,
): Promise<Selection | undefined> {
  const objects = before.objects.in(store);
  const walk = new Walk(store, objects);
  await walk.from(tips);
  return [...before.tips].every((oid) => tips.has(oid) || walk.met.has(oid)) ? objects : undefined;
}

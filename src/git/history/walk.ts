import { breather } from '../../base/mutex.ts';
import type { CommitNode, ObjectStore } from '../store/object-store.ts';
import type { Commit, Oid } from '../types.ts';

/** Commits that can be reached from `tips`, the tips included. Parents of a commit in `boundary` are not followed; `stop` is not entered. */
export async function ancestors(
  store: ObjectStore,
  tips: Iterable<Oid>,
  options: { boundary?: ReadonlySet<Oid>; stop?: ReadonlySet<Oid> } = {},
): Promise<Set<Oid>> {
  const breathe = breather(2000);
  const seen = new Set<Oid>();
  const queue = [...tips];
  for (let oid = queue.pop(); oid !== undefined; oid = queue.pop()) {
    if (seen.has(oid) || options.stop?.has(oid)) continue;
    seen.add(oid);
    if (!options.boundary?.has(oid)) queue.push(...store.node(oid).parents);
    await breathe();
  }
  return seen;
}

export async function isAncestor(store: ObjectStore, ancestor: Oid, descendant: Oid): Promise<boolean> {
  const breathe = breather(2000);
  const seen = new Set<Oid>();
  const queue = new NewestFirst();
  queue.push(descendant, store.node(descendant));
  for (let next = queue.pop(); next; next = queue.pop()) {
    if (next.oid === ancestor) return true;
    for (const parent of next.node.parents) {
      if (seen.has(parent)) continue;
      seen.add(parent);
      queue.push(parent, store.node(parent));
    }
    await breathe();
  }
  return false;
}

/** See Repository.log. */
export async function log(
  store: ObjectStore,
  from: Oid,
  options: { limit?: number; exclude?: readonly Oid[]; allParents?: boolean } = {},
): Promise<readonly Commit[]> {
  const breathe = breather(500);
  const excluded = await ancestors(store, options.exclude ?? []);
  const limit = options.limit ?? Number.POSITIVE_INFINITY;
  const commits: Commit[] = [];
  const seen = new Set<Oid>([from]);
  const queue = new NewestFirst();
  queue.push(from, store.node(from));
  for (let next = queue.pop(); next && commits.length < limit; next = queue.pop()) {
    if (excluded.has(next.oid)) continue;
    commits.push(store.commit(next.oid));
    const parents = options.allParents ? next.node.parents : next.node.parents.slice(0, 1);
    for (const parent of parents) {
      if (seen.has(parent)) continue;
      seen.add(parent);
      queue.push(parent, store.node(parent));
    }
    await breathe();
  }
  return commits;
}

/**
 * Commits that can be reached from `to` and not from any of `from`, newest first. It reads back only as far as it must, by the
 * times of commits: where a clock was wrong it may name some that `from` reaches too, and it leaves none out.
 */
export async function between(store: ObjectStore, to: Oid, from: readonly Oid[]): Promise<readonly Oid[]> {
  const breathe = breather(500);
  const isNew = new Map<Oid, boolean>();
  /** New ones that the queue holds: once there is none, nothing more can be found. */
  const waiting = new Set<Oid>();
  const queue = new NewestFirst();
  const enter = (oid: Oid, fresh: boolean): void => {
    const known = isNew.get(oid);
    if (known === false || known === fresh) return;
    isNew.set(oid, fresh);
    if (fresh) waiting.add(oid);
    else waiting.delete(oid);
    queue.push(oid, store.node(oid));
  };
  for (const oid of from) enter(oid, false);
  enter(to, true);
  const found: Oid[] = [];
  for (let next = queue.pop(); next && waiting.size > 0; next = queue.pop()) {
    const fresh = isNew.get(next.oid) === true;
    if (fresh) found.push(next.oid);
    waiting.delete(next.oid);
    for (const parent of next.node.parents) enter(parent, fresh);
    await breathe();
  }
  return found.filter((oid) => isNew.get(oid));
}

/** A binary heap by committer time, so that walks visit commits in the order in which people read them. */
class NewestFirst {
  readonly #heap: { readonly oid: Oid; readonly node: CommitNode }[] = [];

  push(oid: Oid, node: CommitNode): void {
    const heap = this.#heap;
    heap.push({ oid, node });
    for (let i = heap.length - 1; i > 0; ) {
      const up = (i - 1) >> 1;
      if (!this.#swapIfNewer(i, up)) return;
      i = up;
    }
  }

  pop(): { readonly oid: Oid; readonly node: CommitNode } | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (heap.length === 0 || !last) return first;
    heap[0] = last;
    for (let i = 0; ; ) {
      const [left, right] = [2 * i + 1, 2 * i + 2];
      const newer = this.#time(right) > this.#time(left) ? right : left;
      if (!this.#swapIfNewer(newer, i)) return first;
      i = newer;
    }
  }

  #time(i: number): number {
    return this.#heap[i]?.node.at ?? Number.NEGATIVE_INFINITY;
  }

  #swapIfNewer(i: number, than: number): boolean {
    const [a, b] = [this.#heap[i], this.#heap[than]];
    if (!a || !b || a.node.at <= b.node.at) return false;
    this.#heap[i] = b;
    this.#heap[than] = a;
    return true;
  }
}

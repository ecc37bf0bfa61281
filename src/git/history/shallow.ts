import type { ObjectStore } from '../store/object-store.ts';
import type { Oid } from '../types.ts';
import { ancestors } from './walk.ts';

/** How much history a client asks for. */
export type Deepen =
  | { readonly kind: 'depth'; readonly depth: number; readonly relative: boolean }
  | { readonly kind: 'since'; readonly since: number; readonly not: readonly Oid[] }
  | { readonly kind: 'none' };

export interface ShallowPlan {
  /** Commits that the client has or gets without their parents. */
  readonly boundary: ReadonlySet<Oid>;
  /** What the client is sent: new boundary commits, and those that are boundary commits no longer. */
  readonly shallow: readonly Oid[];
  readonly unshallow: readonly Oid[];
}

/** Decides where history is cut for this request. `clientShallow` is where the client's history was cut before. */
export async function planShallow(
  store: ObjectStore,
  tips: readonly Oid[],
  deepen: Deepen,
  clientShallow: ReadonlySet<Oid>,
): Promise<ShallowPlan> {
  if (deepen.kind === 'none') return { boundary: clientShallow, shallow: [], unshallow: [] };
  const included =
    deepen.kind === 'depth'
      ? withinDepth(
          store,
          deepen.relative ? [...clientShallow] : tips,
          deepen.depth + (deepen.relative ? 1 : 0),
        )
      : await newerThan(store, tips, deepen.since, deepen.not);
  const cut = (oid: Oid) => store.node(oid).parents.some((parent) => !included.has(parent));
  const boundary = new Set([...included].filter(cut));
  return {
    boundary,
    shallow: [...boundary].filter((oid) => !clientShallow.has(oid)),
    unshallow: [...clientShallow].filter((oid) => included.has(oid) && !boundary.has(oid)),
  };
}

/** Commits at most `depth` generations from a start, the start counting as one. */
function withinDepth(store: ObjectStore, starts: readonly Oid[], depth: number): ReadonlySet<Oid> {
  const included = new Set(starts);
  let level = [...included];
  for (let generation = 1; generation < depth && level.length > 0; generation++) {
    const next = level.flatMap((oid) => store.node(oid).parents).filter((oid) => !included.has(oid));
    level = [...new Set(next)];
    for (const oid of level) included.add(oid);
  }
  return included;
}

async function newerThan(
  store: ObjectStore,
  tips: readonly Oid[],
  since: number,
  not: readonly Oid[],
): Promise<ReadonlySet<Oid>> {
  const excluded = await ancestors(store, not);
  const included = new Set<Oid>();
  const queue = [...tips];
  for (let oid = queue.pop(); oid !== undefined; oid = queue.pop()) {
    if (included.has(oid) || excluded.has(oid) || store.node(oid).at < since) continue;
    included.add(oid);
    queue.push(...store.node(oid).parents);
  }
  return included;
}

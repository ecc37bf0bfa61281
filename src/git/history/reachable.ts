import { breather } from '../../base/mutex.ts';
import { FOLDER, parseTag, parseTree, SUBMODULE } from '../objects/object.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { Oid } from '../types.ts';
import { ancestors } from './walk.ts';

export interface Want {
  /** Commits or annotated tags, as refs name them. */
  readonly tips: readonly Oid[];
  /** What the other side has, including everything reachable from it, except through parents of `shallow`. */
  readonly have?: readonly Oid[];
  /** Commits whose parents the other side lacks now. */
  readonly shallow?: ReadonlySet<Oid>;
  /** Commits whose parents the other side must not get. */
  readonly boundary?: ReadonlySet<Oid>;
  /** Also send these annotated tags when what they name is sent. */
  readonly includeTags?: readonly Oid[];
}

/** Follows annotated tags to what they name. */
export function peel(store: ObjectStore, oid: Oid): { readonly tags: readonly Oid[]; readonly target: Oid } {
  const tags: Oid[] = [];
  let target = oid;
  for (let object = store.read(target); object.type === 'tag'; object = store.read(target)) {
    tags.push(target);
    target = parseTag(target, object.content).object;
  }
  return { tags, target };
}

/** Objects that must be sent so that the other side has all of `tips`: commits first, then tags, then trees and files. */
export async function objectsToSend(store: ObjectStore, want: Want): Promise<readonly Oid[]> {
  const had = await ancestors(
    store,
    (want.have ?? []).filter((oid) => isCommit(store, oid)),
    {
      ...(want.shallow ? { boundary: want.shallow } : {}),
    },
  );
  const peeled = want.tips.map((oid) => peel(store, oid));
  const tips = peeled.map(({ target }) => target);
  const commits = await newCommits(
    store,
    tips.filter((oid) => isCommit(store, oid)),
    had,
    want,
  );

  const seen = new Set<Oid>(had);
  for (const oid of edges(store, commits, had, want)) await collectTree(store, store.node(oid).tree, seen);
  const known = seen.size;
  for (const oid of commits) seen.add(oid);
  for (const tag of peeled.flatMap(({ tags }) => tags)) seen.add(tag);
  for (const oid of want.includeTags ?? []) {
    const { tags, target } = peel(store, oid);
    if (seen.has(target) || commits.has(target)) for (const tag of tags) seen.add(tag);
  }
  for (const oid of commits) await collectTree(store, store.node(oid).tree, seen);
  for (const oid of tips) {
    const type = store.read(oid).type;
    if (type === 'tree') await collectTree(store, oid, seen);
    if (type === 'blob') seen.add(oid);
  }
  // A Set keeps the order of insertion: what came after `known` is what the other side lacks.
  return [...seen].slice(known);
}

function isCommit(store: ObjectStore, oid: Oid): boolean {
  return store.find(oid)?.type === 'commit';
}

async function newCommits(
  store: ObjectStore,
  tips: readonly Oid[],
  had: ReadonlySet<Oid>,
  want: Want,
): Promise<Set<Oid>> {
  const boundary = want.boundary ? { boundary: want.boundary } : {};
  // When history is deepened, the new commits are behind commits that the other side has: the walk must pass through them.
  const deepens = (want.shallow?.size ?? 0) > 0;
  const reached = await ancestors(store, tips, deepens ? boundary : { ...boundary, stop: had });
  for (const oid of had) reached.delete(oid);
  return reached;
}

/** Commits of the other side whose trees are worth comparing with: its tips, and the parents of what is sent. */
function edges(
  store: ObjectStore,
  commits: ReadonlySet<Oid>,
  had: ReadonlySet<Oid>,
  want: Want,
): ReadonlySet<Oid> {
  const found = new Set((want.have ?? []).filter((oid) => had.has(oid)));
  for (const oid of commits)
    for (const parent of store.node(oid).parents) if (had.has(parent)) found.add(parent);
  return found;
}

async function collectTree(store: ObjectStore, root: Oid, seen: Set<Oid>): Promise<void> {
  const breathe = breather();
  const queue = [root];
  for (let oid = queue.pop(); oid !== undefined; oid = queue.pop()) {
    if (seen.has(oid)) continue;
    seen.add(oid);
    for (const entry of parseTree(store.readAs(oid, 'tree'))) {
      if (entry.mode === FOLDER) queue.push(entry.oid);
      else if (entry.mode !== SUBMODULE) seen.add(entry.oid);
    }
    await breathe();
  }
}

import type { Commit, Oid, Repository } from '../../git/types.ts';

/** Direct commits that are searched for in the source, and states of the source that each is searched for in. */
const MOST_COMMITS = 50;
const MOST_STATES = 200;

interface Search {
  /** Commits of the target that its source lacks by tree, newest first. */
  readonly foreign: readonly Commit[];
  /** The commit of the target that the first of them builds on. */
  readonly landed: Commit;
  /** The source along first parents, newest first, back to what was promoted last. */
  readonly source: readonly Commit[];
}

/**
 * Which direct commits of a target its source has, decided by content and not by name: the source reached a state in which
 * a cherry-pick of the change would be empty, whatever else it changed before or has changed since.
 */
export async function backportedIn(
  repository: Repository,
  { foreign, landed, source }: Search,
): Promise<ReadonlySet<Oid>> {
  const [tip] = foreign;
  const states = source.slice(0, MOST_STATES);
  if (!tip) return new Set();
  const whole = { from: landed.oid, to: tip.oid };
  // Two hotfixes of which one corrects the other may come back as one.
  if (await isHeld(repository, whole, states)) return new Set(foreign.map(({ oid }) => oid));
  const held = new Set<Oid>();
  for (const { oid, parents } of foreign.slice(0, MOST_COMMITS)) {
    const from = parents[0];
    if (from !== undefined && (await isHeld(repository, { from, to: oid }, states))) held.add(oid);
  }
  return held;
}

/** Whether one of these commits holds a change. Commits that agree at every path of the change are compared once. */
async function isHeld(
  repository: Repository,
  change: { readonly from: Oid; readonly to: Oid },
  states: readonly Commit[],
): Promise<boolean> {
  const paths = (await repository.changedPaths(change.from, change.to)).map(({ path }) => path);
  const asked = new Set<string>();
  for (const { oid } of states) {
    const found = await Promise.all(paths.map((path) => repository.oidAt(oid, path)));
    const key = found.join(' ');
    if (asked.has(key)) continue;
    asked.add(key);
    if (await holds(repository, change, oid)) return true;
  }
  return false;
}

/** Whether a commit holds all of a change already. */
export async function holds(
  repository: Repository,
  change: { readonly from: Oid; readonly to: Oid },
  commit: Oid,
): Promise<boolean> {
  const replay = await repository.replay(change, commit);
  return replay.type === 'clean' && replay.tree === (await repository.commit(commit)).tree;
}

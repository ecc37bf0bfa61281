import type { Commit, Oid, Repository } from '../../git/types.ts';

/** Direct commits that are looked for at the source, and states of the source that each is looked for in. */
const MOST_COMMITS = 50;
const MOST_STATES = 200;

interface Search {
  /** Commits of the target that its source lacks by tree, newest first. */
  readonly foreign: readonly Commit[];
  /** The commit of the target that the first of them went on from. */
  readonly landed: Commit;
  /** The source along first parents, newest first, back to what was promoted last. */
  readonly source: readonly Commit[];
}

/**
 * Which direct commits of a target its source has taken over, by content and not by name: the source came to a state in which
 * nothing of the change was left to bring (a cherry-pick would be empty), whatever else it changed before or has changed since.
 */
export async function broughtBack(
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

/** Whether one of these commits holds a change. Those that agree at every path of it need not be asked twice. */
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

/** Whether nothing of a change is left to bring to a commit. */
export async function holds(
  repository: Repository,
  change: { readonly from: Oid; readonly to: Oid },
  commit: Oid,
): Promise<boolean> {
  const replay = await repository.replay(change, commit);
  return replay.type === 'clean' && replay.tree === (await repository.commit(commit)).tree;
}

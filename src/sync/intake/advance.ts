import { rfc3339 } from '../../base/clock.ts';
import type { FileTree } from '../../base/filetree.ts';
import { pooled } from '../../base/pooled.ts';
import type { Repository } from '../../git/types.ts';
import type { MayDeploy } from '../../model/permission.ts';
import type { Environment } from '../../model/types.ts';
import { sameInputs } from '../source/inputs.ts';
import { keepCommit, type Needs, releaseCommit } from '../state/keptcommits.ts';
import { changeStatus, conditionOf } from '../state/status.ts';
import { type WantedOptions, want } from './wanted.ts';

export interface AdvanceOptions extends WantedOptions, Needs {
  readonly mayDeploy?: MayDeploy<Environment>;
}

export interface Tip {
  readonly tip: string;
  /** The user who pushed it, where that is known. */
  readonly by?: string | undefined;
}

/** An environment that a new tip leaves as it is. */
export interface Untouched extends Tip {
  readonly environment: Environment;
}

/** Whether all that is wanted is deployed, well, and free to go on: nothing waits for a pass, a gate or a person. */
export function isSettled({ metadata, spec, status }: Environment): boolean {
  const wanted = status?.wantedRevision;
  return (
    wanted !== undefined &&
    status?.deployedRevision === wanted &&
    status.assessedRevision === wanted &&
    status.observedGeneration === metadata.generation &&
    status.phase === 'Idle' &&
    status.sync === 'Synced' &&
    status.health === 'Healthy' &&
    status.promotionPolicy === undefined &&
    status.proposal === undefined &&
    spec.pin === undefined &&
    !spec.suspended &&
    metadata.deletionTimestamp === undefined &&
    conditionOf({ status }, 'Frozen') === undefined &&
    conditionOf({ status }, 'Held') === undefined
  );
}

/** Compares what a repository holds for an environment at two commits, each of them read once for all environments. */
export type Compare = (environment: Environment, tip: string) => Promise<boolean>;

/** Whether a tip changes nothing for an environment, so that no pass is needed. False where that cannot be decided. */
export function comparisonIn(
  { mayDeploy }: Pick<AdvanceOptions, 'mayDeploy'>,
  repository: Repository,
): Compare {
  const known = new Map<string, Promise<readonly [FileTree, FileTree] | undefined>>();
  const treesOf = (from: string, tip: string) => {
    const key = `${from} ${tip}`;
    const trees = known.get(key) ?? read(repository, from, tip);
    known.set(key, trees);
    return trees;
  };
  return async (environment, tip) => {
    const { spec, status } = environment;
    const from = status?.wantedRevision;
    if (from === undefined || from === tip || !isSettled(environment)) return false;
    const trees = await treesOf(from, tip);
    const request = { ...spec, buildsImages: spec.cluster === undefined };
    if (trees === undefined || !sameInputs(request, ...trees)) return false;
    const permission = await mayDeploy?.(environment, tip);
    return permission === undefined || (permission.type === 'allowed' && permission.note === undefined);
  };
}

/** Undefined where a tip does not descend from what was there, and where it cannot be read: a pass says why. */
async function read(
  repository: Repository,
  from: string,
  tip: string,
): Promise<readonly [FileTree, FileTree] | undefined> {
  try {
    if (!(await repository.isAncestor(from, tip))) return undefined;
    return await Promise.all([repository.tree(from), repository.tree(tip)]);
  } catch {
    return undefined;
  }
}

/** Writes under way at the same time: the store makes many durable with one sync. */
const CONCURRENCY = 16;

/** Records for each that its tip is wanted and, since nothing differs, deployed. A release is only written where there is something to release. */
export async function advance(
  options: AdvanceOptions,
  repository: Repository,
  untouched: readonly Untouched[],
): Promise<void> {
  for (const tip of new Set(untouched.map(({ tip }) => tip))) await keepCommit(repository, tip);
  await pooled(untouched, CONCURRENCY, (one) => advanceOne(options, repository, one));
  const left = new Map(
    untouched.map(({ environment }) => [environment.status?.deployedRevision, environment]),
  );
  for (const [revision, { spec }] of left)
    if (revision !== undefined) await releaseCommit(options, repository, spec.delivery, revision);
}

async function advanceOne(
  options: AdvanceOptions,
  repository: Repository,
  { environment, tip, by }: Untouched,
): Promise<void> {
  const { tree } = await repository.commit(tip);
  const healthySince = rfc3339(options.clock.now());
  await changeStatus(options, environment.metadata.name ?? '', (status) => {
    const wanted = want(status, tip, by);
    if (!isSettled({ ...environment, status })) return wanted;
    return { ...wanted, deployedRevision: tip, deployedTree: tree, assessedRevision: tip, healthySince };
  });
}

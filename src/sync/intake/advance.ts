import { rfc3339 } from '../../base/clock.ts';
import type { FileTree } from '../../base/filetree.ts';
import type { Repository } from '../../git/types.ts';
import { advancesAfter, type LeavingCommit } from '../../model/advanced.ts';
import type { MayDeploy } from '../../model/permission.ts';
import { DELIVERIES, type Delivery, type Environment, PILOTAGE_NAMESPACE } from '../../model/types.ts';
import { sameInputs } from '../source/inputs.ts';
import { keepCommit, type Needs, releaseCommit } from '../state/keptcommits.ts';
import { conditionOf } from '../state/status.ts';
import type { WantedOptions } from './wanted.ts';

export interface AdvanceOptions extends WantedOptions, Needs {
  readonly mayDeploy?: MayDeploy<Environment>;
  readonly verifies?: MayDeploy<Environment>;
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
    spec.suspend === undefined &&
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
  { mayDeploy, verifies }: Pick<AdvanceOptions, 'mayDeploy' | 'verifies'>,
  repository: Repository,
): Compare {
  const known = new Map<string, Promise<readonly [FileTree, FileTree] | undefined>>();
  const treesOf = (from: string, tip: string) => {
    const key = `${from} ${tip}`;
    const trees = known.get(key) ?? read(repository, from, tip);
    known.set(key, trees);
    return trees;
  };
  // What is deployed is `from`: the answer is the same for all that ask for the same signatures. A pass says of each what it lacks.
  const verified = new Map<string, Promise<boolean>>();
  const isVerified = (environment: Environment, from: string, tip: string) => {
    const key = JSON.stringify([from, tip, environment.spec.verify ?? null]);
    const answer =
      verified.get(key) ??
      Promise.resolve(verifies?.(environment, tip)).then((said) => said?.type !== 'held');
    verified.set(key, answer);
    return answer;
  };
  return async (environment, tip) => {
    const { spec, status } = environment;
    const from = status?.wantedRevision;
    if (from === undefined || from === tip || !isSettled(environment)) return false;
    const trees = await treesOf(from, tip);
    const request = { ...spec, buildsImages: spec.cluster === undefined };
    if (trees === undefined || !sameInputs(request, ...trees)) return false;
    // What is recorded as deployed is what later commits are compared with.
    if (!(await isVerified(environment, from, tip))) return false;
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

/** What an observation found of a delivery: all its environments as they stood, and those among them that new tips leave alone. */
export interface Left {
  readonly delivery: Delivery;
  readonly known: readonly Environment[];
  readonly untouched: readonly Untouched[];
}

/**
 * Records that for each of these its tip is wanted and, since nothing differs, deployed: at once for all, in the status of the Delivery. A
 * release is only written where there is something to release.
 */
export async function advance(
  options: AdvanceOptions,
  repository: Repository,
  { delivery, known, untouched }: Left,
): Promise<void> {
  if (untouched.length === 0) return;
  const at = rfc3339(options.clock.now());
  const left = new Map<Environment, LeavingCommit>();
  for (const [tip, { by }] of new Map(untouched.map((one) => [one.tip, one]))) {
    await keepCommit(repository, tip);
    const commit = { revision: tip, tree: (await repository.commit(tip)).tree, at, ...(by ? { by } : {}) };
    for (const one of untouched) if (one.tip === tip) left.set(one.environment, commit);
  }
  const after = advancesAfter(delivery, known, left);
  const { name = '' } = delivery.metadata;
  await options.home.patch(
    DELIVERIES,
    { namespace: PILOTAGE_NAMESPACE, name },
    { type: 'merge', body: { status: { advanced: after.map((one) => ({ ...one })) } } },
    { subresource: 'status', fieldManager: 'pilotage-sync' },
  );
  const before = [
    ...(delivery.status?.advanced ?? []).map(({ revision }) => revision),
    ...untouched.map(({ environment }) => environment.status?.deployedRevision),
  ];
  for (const revision of new Set(before))
    if (revision !== undefined) await releaseCommit(options, repository, name, revision);
}

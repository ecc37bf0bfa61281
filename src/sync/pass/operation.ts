import { rfc3339 } from '../../base/clock.ts';
import { problemOf } from '../../base/errors.ts';
import type { Repository } from '../../git/types.ts';
import { notFoundAsUndefined } from '../../kube/values/status.ts';
import {
  type Environment,
  type EnvironmentStatus,
  PILOTAGE_NAMESPACE,
  RELEASES,
  type Release,
} from '../../model/types.ts';
import { changeRelease, createRelease, releaseName, trimReleases } from '../history/releases.ts';
import { digestOf } from '../source/bundle.ts';
import { keepCommit, releaseCommit } from '../state/keptcommits.ts';
import type { Memory } from '../state/memory.ts';
import type { PassParts } from './parts.ts';
import type { Prepared } from './prepare.ts';

/** One rollout: from the first write of a revision until it is healthy, failed or superseded. */
export interface Operation {
  readonly environment: Environment;
  readonly release: Release;
}

/** Records the release before anything is written. After a crash the one that was begun is taken up again. */
export async function beginOperation(
  options: PassParts,
  memory: Memory,
  environment: Environment,
  target: string,
  prepared: Prepared,
): Promise<Operation> {
  if (memory.operation?.target === target && memory.operation.release) {
    return { environment, release: memory.operation.release };
  }
  const { delivery } = environment.spec;
  const releases = options.releases.of(environment.spec);
  const latest = releases[0];
  const begun =
    latest?.spec.revision === target && latest.spec.number !== environment.status?.release
      ? latest
      : undefined;
  const repository = await options.repository(delivery);
  const release = begun ?? (await create(options, repository, environment, target, prepared, releases));
  memory.operation = { target, since: options.clock.monotonic(), release };
  return { environment, release };
}

/** The rollout that a pass without writes belongs to: begun by an earlier pass, or by an earlier life of the daemon. */
export async function resumeOperation(
  options: PassParts,
  memory: Memory,
  environment: Environment,
  target: string,
): Promise<Operation | undefined> {
  const { status } = environment;
  if (memory.operation === undefined && status?.release !== undefined && status.health !== 'Healthy') {
    const key = { namespace: PILOTAGE_NAMESPACE, name: releaseName(environment, status.release) };
    const release = await options.home.get(RELEASES, key).catch(notFoundAsUndefined);
    if (release) {
      // Commits that changed nothing here may have been recorded as deployed since.
      const revision = status.deployedRevision ?? release.spec.revision;
      memory.operation = { target: revision, since: options.clock.monotonic(), release };
    }
  }
  const { operation } = memory;
  return operation?.release && operation.target === target
    ? { environment, release: operation.release }
    : undefined;
}

async function create(
  options: PassParts,
  repository: Repository | undefined,
  environment: Environment,
  target: string,
  { sourced }: Prepared,
  releases: readonly Release[],
): Promise<Release> {
  const { delivery, environment: name, branch, pin } = environment.spec;
  // A rollback works although git cannot be read: then the release that it goes back to tells about the commit.
  const commit = await repository?.commit(target).catch(() => undefined);
  const earlier = releases.find(({ spec }) => spec.revision === target)?.spec;
  const subject = commit?.message.split('\n')[0] ?? earlier?.subject;
  const { wantedRevision, wantedBy } = environment.status ?? {};
  const by = pin ? pin.by : wantedRevision === target ? wantedBy : undefined;
  const author = commit ? `${commit.author.name} <${commit.author.email}>` : earlier?.author;
  const release = await createRelease(options.home, environment, {
    delivery,
    environment: name,
    number: (releases[0]?.spec.number ?? 0) + 1,
    revision: target,
    tree: commit?.tree ?? earlier?.tree ?? '',
    branch,
    ...(subject ? { subject } : {}),
    ...(author ? { author } : {}),
    ...(by ? { by } : {}),
    cause: pin === undefined ? 'commit' : pin.release === undefined ? 'pin' : 'rollback',
    digest: digestOf(sourced.bundle, options.releaseKey),
    bundle: await options.bundles.keep(sourced.bundle),
    images: sourced.images,
  });
  await housekeep(options, environment, async () => {
    await keepCommit(repository, release.spec.revision);
    await trimReleases(options, repository, environment);
  });
  return release;
}

/** Lets go of the commit that was deployed before a pass: no release is of it where it was deployed because it changed nothing. */
export async function leaveCommit(
  options: PassParts,
  before: Environment,
  after: Environment | undefined,
): Promise<void> {
  const { spec, status } = before;
  const left = status?.deployedRevision;
  if (left === undefined || left === after?.status?.deployedRevision) return;
  await housekeep(options, before, async () =>
    releaseCommit(options, await options.repository(spec.delivery), spec.delivery, left),
  );
}

/** A history that cannot be trimmed, or a ref that cannot be written, must not stop a delivery. */
async function housekeep(
  { logger }: PassParts,
  { metadata }: Environment,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    logger.warn({ environment: metadata.name, error: problemOf(error).message }, 'history not kept');
  }
}

/** Writes down how the rollout stands. */
export async function finishOperation(
  options: PassParts,
  memory: Memory,
  { release }: Operation,
  status: EnvironmentStatus,
  summary: Readonly<Record<string, number>>,
): Promise<void> {
  const deployed = status.release === release.spec.number;
  const result = resultOf(status, deployed);
  const ended = result === 'Healthy' || result === 'Failed';
  const stored = await changeRelease(options.home, release, {
    result,
    message: status.message ?? '',
    // Later passes of a rollout plan only what is left: the first tells what the release did.
    ...(release.status?.summary ? {} : { summary }),
    ...(deployed && status.inventory ? { inventory: status.inventory } : {}),
    ...(ended && release.status?.result !== result ? { finishedAt: rfc3339(options.clock.now()) } : {}),
  });
  if (memory.operation?.release?.spec.number === release.spec.number)
    memory.operation = { ...memory.operation, release: stored };
}

function resultOf(status: EnvironmentStatus, deployed: boolean): NonNullable<Release['status']>['result'] {
  if (status.phase === 'Failed') return 'Failed';
  if (!deployed) return 'Applying';
  return status.health === 'Healthy' ? 'Healthy' : 'Applied';
}

/** A newer revision takes over from a rollout that had not come to a good end. False when it had, or nothing was begun. */
export async function supersedeOperation(options: PassParts, memory: Memory, by: string): Promise<boolean> {
  const release = memory.operation?.release;
  delete memory.operation;
  if (release === undefined || release.status?.result === 'Healthy') return false;
  await changeRelease(options.home, release, {
    result: 'Superseded',
    message: `superseded by ${by.slice(0, 12)}`,
    finishedAt: rfc3339(options.clock.now()),
  });
  return true;
}

import { join } from 'node:path';
import { onAbort } from '../../base/abort.ts';
import type { Clock } from '../../base/clock.ts';
import { formatProblem, type Problem, ProblemError, problemOf } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { openRepository, type SignCommit } from '../../git/repository.ts';
import { type PollDecision, type Poller, startPoller } from '../../git/transport/poll.ts';
import type { Remote } from '../../git/transport/transport.ts';
import type { Repository } from '../../git/types.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { createInformer } from '../../kube/client/informer.ts';
import { DELIVERIES, type Delivery, PILOTAGE_NAMESPACE } from '../../model/types.ts';
import { COMPLAINT } from './complaint.ts';
import { openAccess, type RemoteGround } from './remoteaccess.ts';

export interface RemotesOptions {
  readonly home: KubeClient;
  /** Folder of the mirrors; each stands in NAME.git. */
  readonly root: string;
  readonly ground: RemoteGround;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: () => number;
  /** Signs what is committed in a mirror. Default: nothing is signed. */
  readonly sign?: SignCommit;
}

/** Called with every list of branches that differs from the last one, once its commits are in the mirror. Awaited. */
export type OnBranches = (
  delivery: string,
  branches: Readonly<Record<string, string>>,
  defaultBranch: string | undefined,
) => Promise<unknown>;

/** The repositories that live elsewhere: a bare mirror each, kept current by asking. */
export interface Remotes {
  start(signal: AbortSignal, onBranches: OnBranches): Promise<void>;
  /** The mirror of a delivery; undefined where it is not a remote one, or nothing has been fetched yet. */
  repository(delivery: string): Promise<Repository | undefined>;
  /** Undefined where the delivery is not a remote one. */
  remote(delivery: string): Promise<Remote | undefined>;
  /** Asks now instead of at the next turn. */
  poke(delivery: string): Promise<void>;
}

interface Followed {
  /** What it follows, as text: another text is another remote. */
  readonly key: string;
  /** Opened for each question: credentials that were added or changed since count at the next one. */
  readonly remote: () => Promise<Remote>;
  readonly mirror: () => Promise<Repository>;
  readonly poller: Poller;
}

export function createRemotes(options: RemotesOptions): Remotes {
  const { home, root, clock, logger } = options;
  const followed = new Map<string, Followed>();
  const informer = createInformer({
    client: home,
    resource: DELIVERIES,
    namespace: PILOTAGE_NAMESPACE,
    clock,
    logger,
  });

  function follow(delivery: Delivery, onBranches: OnBranches): void {
    const name = delivery.metadata.name ?? '';
    const { repository } = delivery.spec;
    const key = JSON.stringify(repository);
    if (followed.get(name)?.key === key) return;
    leave(name);
    if (repository.type !== 'remote') return;
    const remote = () => openAccess(options, repository);
    const mirror = mirrorAt(join(root, `${name}.git`), options.sign);
    const poller = startPoller({
      clock,
      random: options.random,
      ...(repository.pollSeconds ? { intervalMs: repository.pollSeconds * 1000 } : {}),
      list: async (signal) => (await remote()).listBranches(signal),
      onDecision: (decision) => take({ ...options, onBranches }, name, decision, mirror, remote),
      onFailure: (error) =>
        logger.warn(
          { delivery: name, problem: problemOf(error) },
          'what a remote said could not be taken in',
        ),
    });
    followed.set(name, { key, remote, mirror, poller });
  }

  function leave(name: string): void {
    followed.get(name)?.poller.stop();
    followed.delete(name);
  }

  return {
    async start(signal, onBranches) {
      const changed = (delivery: Delivery) => follow(delivery, onBranches);
      informer.listen({
        add: changed,
        update: changed,
        delete: ({ metadata }) => leave(metadata.name ?? ''),
      });
      informer.start(signal);
      onAbort(signal, () => [...followed.keys()].forEach(leave));
      await informer.synced;
    },
    repository: async (delivery) => followed.get(delivery)?.mirror(),
    remote: async (delivery) => followed.get(delivery)?.remote(),
    poke: async (delivery) => followed.get(delivery)?.poller.poke(),
  };
}

/** Opened at its first use; a failure (a full disk) is not remembered. */
function mirrorAt(dir: string, sign?: SignCommit): () => Promise<Repository> {
  let opening: Promise<Repository> | undefined;
  return () => {
    opening ??= openRepository(dir, { create: true, ...(sign ? { sign } : {}) }).catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  };
}

/** One answer of a remote: fetched and handed on when something moved, recorded when it failed. A failure concludes nothing. */
async function take(
  options: RemotesOptions & { readonly onBranches: OnBranches },
  name: string,
  decision: PollDecision,
  mirrorOf: Followed['mirror'],
  connected: Followed['remote'],
): Promise<void> {
  if (decision.kind === 'unchanged') return say(options, name, undefined);
  if (decision.kind === 'failed') return say(options, name, decision.problem);
  const { branches, head } = decision.list;
  const mirror = await fetched(connected, mirrorOf, Object.keys(branches)).catch(async (error: unknown) => {
    await say(options, name, problemOf(error));
    // Not taken in: the poller must not remember this list, and asks again.
    throw error;
  });
  options.logger.info({ delivery: name, changes: decision.changes.length }, 'branches moved');
  await options.onBranches(name, branches, head ?? (await mirror.defaultBranch()));
  await say(options, name, undefined);
  await mirror.tidy().catch((error: unknown) =>
    // With all its packs a mirror is slower, and as whole.
    options.logger.warn({ delivery: name, problem: problemOf(error) }, 'packs cannot be merged'),
  );
}

async function fetched(
  connected: Followed['remote'],
  mirrorOf: Followed['mirror'],
  branches: readonly string[],
): Promise<Repository> {
  const [remote, mirror] = [await connected(), await mirrorOf()];
  await remote.fetch(mirror, branches);
  return mirror;
}

/** The state of the remote in the Delivery's status. Unchanged means no write. */
async function say(
  { home, logger }: RemotesOptions,
  name: string,
  problem: Problem | undefined,
): Promise<void> {
  const key = { namespace: PILOTAGE_NAMESPACE, name };
  const delivery = await home.get(DELIVERIES, key);
  const message = problem === undefined ? '' : formatProblem(problem);
  const known = delivery.status?.message ?? '';
  // A recovered remote clears only its own complaint.
  if (problem === undefined ? !known.startsWith(COMPLAINT) : known === COMPLAINT + message) return;
  if (problem)
    logger.warn(
      { delivery: name, reason: problem.reason, message: problem.message },
      'remote does not answer',
    );
  const body = { status: { message: problem === undefined ? '' : COMPLAINT + message } };
  await home.patch(
    DELIVERIES,
    key,
    { type: 'merge', body },
    { subresource: 'status', fieldManager: 'pilotage-sync' },
  );
}

/** Pushes a commit to where the repository of a remote delivery lives. */
export async function pushToRemote(
  remotes: Remotes,
  delivery: string,
  branch: string,
  oid: string,
  expected: string | null,
): Promise<'pushed' | 'rejected'> {
  const [remote, mirror] = [await remotes.remote(delivery), await remotes.repository(delivery)];
  if (!remote || !mirror)
    throw new ProblemError({ reason: 'NotFound', message: `${delivery} has no remote repository.` });
  const outcome = await remote.push(mirror, branch, oid, expected);
  if (outcome === 'pushed') await remotes.poke(delivery);
  return outcome;
}

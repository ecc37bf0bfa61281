/** The git host: who may push, what a push wakes, and what is reported to the pusher. */
import type { Clock } from '../base/clock.ts';
import type { DiskRoom } from '../base/diskspace.ts';
import { formatProblem, problemOf } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { createGitHost, type GitHost, type GitHostOptions } from '../git/host/host.ts';
import type { HostedRepositories } from '../git/host/hosted.ts';
import type { KubeClient } from '../kube/client/client.ts';
import type { Access } from '../model/access.ts';
import type { ProgressSource } from '../model/progress.ts';
import type { User } from '../model/user.ts';
import type { PromotionCache } from '../promotion/options.ts';
import { refuseUnpromoted } from '../promotion/permit/required.ts';
import { askingOnce, refuseUnsigned } from '../promotion/permit/signed.ts';
import type { RenderPool } from '../render/pool/pool.ts';
import type { Authenticate } from '../server/auth.ts';
import { listenToPush } from '../server/sinks/push.ts';
import { foldUntouched, targetsOf } from '../server/sinks/pushtargets.ts';
import type { Audit } from './audit.ts';
import { pushRecorder } from './gitaudit.ts';
import { createGitRights, type GitRights, type GitRightsParts } from './gitrights.ts';
import type { Signatures } from './signatures.ts';
import type { Synced } from './sync.ts';

/** How long a rollout is reported to the pusher; the rollout itself has a deadline of its own. */
const PUSH_REPORT_MS = 5 * 60_000;

export interface GitHostParts extends Synced {
  readonly hosted: HostedRepositories;
  readonly home: KubeClient;
  /** What the keeper of roles acts as. */
  readonly identity: KubeClient;
  readonly access: Access;
  readonly promotions: PromotionCache;
  readonly authenticate: Authenticate;
  readonly audit: Audit;
  readonly room: DiskRoom;
  readonly pool: RenderPool;
  readonly progress: ProgressSource;
  readonly signatures: Signatures;
  readonly clock: Clock;
  readonly logger: Logger;
}

export function composeGitHost(parts: GitHostParts): GitHost<User> {
  const { hosted, room, clock, logger } = parts;
  const rights = createGitRights({ ...parts, refuseUnpromoted: unpromotedRefuser(parts) });
  return createGitHost({
    repositories: hosted,
    clock,
    logger,
    lacksRoom: () => room.lack('writes'),
    authorize: authorizer(parts),
    admits: rights.admits,
    policy: rights.policy,
    onPush: pushReporter(parts, rights),
    recorded: pushRecorder(parts.audit.log, clock),
  });
}

function unpromotedRefuser({
  home,
  promotions,
  sync,
  signatures,
  logger,
}: GitHostParts): GitRightsParts['refuseUnpromoted'] {
  const sources = { home, promotions, releases: sync.releasesOf };
  /** A home that does not answer keeps no push away: before anything of it is rendered, signatures are asked for again. */
  const notKnown = (error: unknown): undefined => {
    logger.warn({ problem: problemOf(error) }, 'it is not known whether a push has to be signed');
  };
  return async (delivery, branch, landing) => {
    const once = askingOnce(signatures);
    for (const environment of sync.records.onBranch(delivery, branch)) {
      const { pushed, to } = landing;
      const problem =
        (await refuseUnpromoted(sources, environment, landing)) ??
        (to && (await refuseUnsigned(once, pushed, environment, to).catch(notKnown)));
      if (problem) return problem;
    }
    return undefined;
  };
}

function authorizer({
  authenticate,
  pool,
}: Pick<GitHostParts, 'authenticate' | 'pool'>): GitHostOptions<User>['authorize'] {
  return async ({ headers, url = '' }) => {
    const user = await authenticate(headers);
    // git asks before it sends: by the time the commits are here, the render process has loaded.
    if (user !== undefined && url.includes('git-receive-pack')) pool.warm();
    return user;
  };
}

/** Records what was pushed, then reports until every environment that it concerns has come to an end. */
function pushReporter(
  { sync, observer, progress, clock, logger }: GitHostParts,
  rights: GitRights,
): GitHostOptions<User>['onPush'] {
  return async ({ repository: name, refs, principal }, report, signal) => {
    await rights.pushed(name, principal).catch((error: unknown) => {
      logger.error({ delivery: name, problem: problemOf(error) }, 'cannot grant a new delivery to its maker');
    });
    const listener = listenToPush({
      source: progress,
      records: sync.records,
      clock,
      delivery: name,
      report,
      signal,
      timeoutMs: PUSH_REPORT_MS,
    });
    const tips = Object.fromEntries(refs.map(({ branch, to }) => [branch, to]));
    const observed = await observer
      .observe(name, { user: principal.name, tips })
      .catch((error: unknown) => formatProblem(problemOf(error)));
    if (typeof observed === 'string') {
      report(`error: ${observed}\nit is pushed, and tried again by itself`);
      return listener.until([]);
    }
    const folded = foldUntouched(observed);
    if (folded.line !== undefined) report(folded.line);
    const targets = targetsOf(folded.observed, refs);
    if (targets.length === 0 && folded.line === undefined && !listener.hasReported())
      report(`${refs.map(({ branch }) => branch).join(', ')}: no environment of ${name} changes`);
    await listener.until(targets);
  };
}

import { type Clock, rfc3339 } from '../../base/clock.ts';
import { formatProblem } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import type { Again } from '../../base/queue.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { type Controller, createController, watch } from '../../kube/client/controller.ts';
import { deepEqual } from '../../kube/values/equal.ts';
import type { Watched } from '../../model/advancedclient.ts';
import { DELIVERIES, type Delivery, PILOTAGE_NAMESPACE } from '../../model/types.ts';
import type { Forge, ForgeOf, Listing, PullRequest } from '../forge.ts';
import { previewComments } from './comments.ts';

/** Pull requests open and close without a push: they are asked for so often, and for comments not more often. */
const LOOK_MS = 60_000;
/** However often its webhook says that they have changed. */
const HINTED_MS = 5_000;
/** After a forge that did not answer and does not say until when. */
const FAILED_MS = 120_000;

export interface PreviewForgeOptions {
  readonly home: KubeClient;
  readonly watched: Watched;
  readonly forges: ForgeOf;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What is remembered of a delivery between looks. All of it may be lost: then it is asked and compared again. */
interface Known {
  pulls?: Listing<PullRequest>;
  /** Monotonic. */
  askAt: number;
  /** No hint has it asked earlier. Monotonic. */
  notBefore: number;
  /** `number marker` → the body that stands there. */
  readonly said: Map<string, string>;
}

export interface PreviewForge extends Controller {
  /** The forge of a delivery says that pull requests have changed: they are asked for now, of the forge itself, and not when the minute is over. */
  pullRequestsChanged(delivery: string): void;
}

/**
 * Tells pull requests of their previews, and records which branches have an open one where previews are asked for by pull request. Nothing waits for
 * it: a forge that is away leaves previews as they are.
 */
export function createPreviewForge(options: PreviewForgeOptions): PreviewForge {
  const { home, forges, clock, logger } = options;
  const { deliveries, environments } = options.watched;
  const previewsOf = environments.index(({ spec }) => (spec.preview ? [spec.delivery] : []));
  const known = new Map<string, Known>();

  async function reconcile(name: string): Promise<Again> {
    const delivery = deliveries.get({ namespace: PILOTAGE_NAMESPACE, name });
    const forge = delivery?.status?.previews && (await forges(name));
    if (!delivery || !forge) return void known.delete(name);
    const one: Known = known.get(name) ?? { askAt: 0, notBefore: 0, said: new Map() };
    known.set(name, one);
    const now = clock.monotonic();
    if (now >= one.askAt) {
      // Before it is asked: a hint that comes meanwhile is of what the answer may not have yet.
      one.askAt = now + LOOK_MS;
      one.notBefore = now + HINTED_MS;
      const answer = await forge.pullRequests.open();
      if (!answer.ok) return failure(one, name, formatProblem(answer.problem), answer.until);
      one.pulls = answer.value;
      await record(home, delivery, answer.value, clock.now());
    }
    return (await tell(forge, delivery, one)) ?? { afterMs: Math.max(1_000, one.askAt - clock.monotonic()) };
  }

  function failure(one: Known, delivery: string, problem: string, until: number | undefined): Again {
    logger.warn({ delivery, problem }, 'pull requests cannot be told of previews');
    const afterMs = until === undefined ? FAILED_MS : Math.max(1_000, until - clock.now());
    one.askAt = clock.monotonic() + afterMs;
    one.notBefore = one.askAt;
    return { afterMs };
  }

  async function tell(forge: Forge, delivery: Delivery, one: Known): Promise<Again> {
    const name = delivery.metadata.name ?? '';
    for (const { number, marker, body } of previewComments(
      delivery,
      previewsOf(name),
      one.pulls?.items ?? [],
    )) {
      const key = `${number} ${marker}`;
      if (one.said.get(key) === body) continue;
      const answer = await forge.pullRequests.comment(number, { marker, body });
      if (!answer.ok) return failure(one, name, formatProblem(answer.problem), answer.until);
      one.said.set(key, body);
    }
    return undefined;
  }

  const controller = createController({
    name: 'previews at forges',
    clock,
    logger,
    watches: [
      watch(deliveries, ({ metadata }) => [metadata.name ?? '']),
      watch(environments, ({ spec }) => (spec.preview ? [spec.delivery] : [])),
    ],
    reconcile,
    baseDelayMs: 5_000,
    maxDelayMs: 300_000,
  });
  return Object.assign(controller, {
    pullRequestsChanged(delivery: string) {
      const one = known.get(delivery);
      if (one) one.askAt = Math.min(one.askAt, Math.max(one.notBefore, clock.monotonic()));
      controller.enqueue(delivery);
    },
  });
}

/** A list that was cut says of nobody that it is closed: it is not recorded. */
async function record(
  home: KubeClient,
  { metadata, status }: Delivery,
  { items, isWhole }: Listing<PullRequest>,
  now: number,
): Promise<void> {
  if (!status?.previews?.pullRequests || !isWhole) return;
  const branches = [
    ...new Set(
      items.filter(({ head, state }) => state === 'open' && !head.isFork).map(({ head }) => head.branch),
    ),
  ].sort();
  if (deepEqual(status.openPullRequests?.branches, branches)) return;
  await home.patch(
    DELIVERIES,
    { namespace: PILOTAGE_NAMESPACE, name: metadata.name ?? '' },
    { type: 'merge', body: { status: { openPullRequests: { branches, at: rfc3339(now) } } } },
    { subresource: 'status', fieldManager: 'pilotage-forge' },
  );
}

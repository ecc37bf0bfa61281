/** What gates have measured: who is asked, and how the cluster of an environment is reached. */
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { createExchange } from '../charts/web/exchange.ts';
import type { KubeClient } from '../kube/client/client.ts';
import type { Controller } from '../kube/client/controller.ts';
import type { Contexts } from '../kube/remote/contexts.ts';
import type { Watched } from '../model/advancedclient.ts';
import { createMeasureController } from '../promotion/measure/controller.ts';
import { clientOf } from '../sync/cluster/access.ts';
import { type AgreedOptions, mayAskOf } from '../sync/intake/agreed.ts';

/** A Prometheus that takes longer than this is away. */
const TIMEOUT_MS = 20_000;

export const composeMeasure = ({
  home,
  watched,
  contexts,
  clock,
  logger,
  repository,
  releasesOf,
}: AgreedOptions & {
  readonly home: KubeClient;
  readonly watched: Watched;
  readonly contexts: Contexts;
  readonly clock: Clock;
  readonly logger: Logger;
}): Controller =>
  createMeasureController({
    home,
    watched,
    clock,
    logger,
    clusterOf: (environment) =>
      clientOf({ home, clusterFor: async (context) => contexts.client(context) }, environment),
    mayAsk: (source, target, gate) => mayAskOf({ repository, releasesOf }, source, target, gate),
    // Whoever connected the delivery named the address, so that it may be one of an inner network.
    ask: createExchange({ timeoutMs: TIMEOUT_MS }),
  });

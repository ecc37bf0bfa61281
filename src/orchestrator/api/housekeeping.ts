import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import type { Aggregator } from './aggregation/aggregator.ts';
import { createLocalApiServices } from './aggregation/localservices.ts';
import { ensureDefaultRoles } from './defaultroles.ts';
import { createFlowSchemaStatus } from './flowschemas.ts';
import { createGatewayInstaller } from './gatewayapi/install.ts';
import { createPolicyStatus } from './policystatus.ts';
import { createSystemNamespaces } from './systemnamespaces.ts';
import { ensureSystemObjects } from './systemobjects.ts';
import type { Api } from './types.ts';

export interface HousekeepingOptions {
  /** The API server's own. */
  readonly client: KubeClient;
  readonly kinds: Api['kinds'];
  readonly aggregator: Aggregator;
  readonly serviceCidr: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What the API server sees to as a client of its own: what every cluster has, and the status of what nobody else looks after. */
export interface Housekeeping {
  /** Resolves when everything is there that every cluster has. */
  start(signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
}

export function createHousekeeping(options: HousekeepingOptions): Housekeeping {
  const { client, kinds, aggregator, serviceCidr, clock, logger } = options;
  const localApiServices = createLocalApiServices(client, kinds, logger);
  const watchers = [
    aggregator,
    createFlowSchemaStatus(options),
    createPolicyStatus(options),
    createGatewayInstaller(options),
  ];
  return {
    async start(signal) {
      await createSystemNamespaces(client);
      await Promise.all([
        ensureDefaultRoles(client),
        ensureSystemObjects({ client, serviceCidr, now: () => clock.now() }),
        localApiServices.start(),
      ]);
      for (const watcher of watchers) watcher.start(signal);
    },
    async stop() {
      await Promise.all(watchers.map((watcher) => watcher.stop()));
      await localApiServices.stop();
    },
  };
}

import type { Clock } from '../../base/clock.ts';
import { connectionLimits, createTally } from '../../base/connections.ts';
import type { Logger } from '../../base/log.ts';
import { sendTo } from './datagrams.ts';
import { createFlows, type Datagram, type FlowEnd } from './flows.ts';
import { type Backend, isBehind, type RoutingTable } from './route.ts';

export interface DatagramProxyOptions {
  /** The pods for one more flow of a client, in the order in which they are to be tried. */
  readonly next: (route: string, client: string) => readonly Backend[];
  readonly isAnswered: (backend: Backend) => boolean;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Carries UDP to the pods of Services. */
export interface DatagramProxy {
  take(this: void, datagram: Datagram): void;
  /** Forgets the flows of pods that are behind their Services no more. */
  follow(table: RoutingTable): void;
  close(): void;
}

export function createDatagramProxy(options: DatagramProxyOptions): DatagramProxy {
  const { next, isAnswered, clock, logger } = options;
  const refused = createTally(clock, (count) =>
    logger.warn({ refused: count }, 'datagrams to services were dropped: too many clients send some'),
  );
  const flows = createFlows<FlowEnd & { readonly route: string; readonly backend: Backend }>({
    // A file each; a flooded service leaves room for the others.
    limits: connectionLimits(4),
    partyOf: ({ route }) => route,
    clock,
    open({ route, address }, events) {
      // They are not carried to another machine, where the address would be another pod's here.
      const near = next(route, address).filter(({ elsewhere }) => !elsewhere?.far);
      const backend = near.find(isAnswered);
      return backend && { route, backend, ...sendTo(backend, events) };
    },
    onRefused: refused,
  });
  return {
    take: flows.take,
    follow: (table) => flows.forget(({ route, backend }) => !isBehind(table, route, backend)),
    close: flows.close,
  };
}

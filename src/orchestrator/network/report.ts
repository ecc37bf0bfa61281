import type { Service } from '../../kube/kinds/objects.data.ts';
import { type Condition, transition } from '../../kube/values/condition.ts';
import { clusterFront, nodeFront } from './fronts.ts';
import type { Binding } from './listeners.ts';
import { isCarried, type Route, type RoutingTable, routeKey } from './route.ts';

/** On a Service: False when a port of it cannot be reached where the Service says. */
export const REACHABLE = 'pilotage.dev/Reachable';

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'PermissionDenied',
  EADDRINUSE: 'AddressInUse',
  EADDRNOTAVAIL: 'AddressNotAvailable',
};

/** Health reads this reason (`health/verdicts.others.ts`): clients are given the address that serves. */
const SERVED_ELSEWHERE = 'ServedElsewhere';

interface Fault {
  readonly reason: string;
  readonly message: string;
}

/**
 * The condition that the Service should have; undefined when it needs none: a Service that has always been reachable
 * is not written to.
 */
export function reachability(
  service: Service,
  table: RoutingTable,
  binding: (id: string) => Binding | undefined,
  now: number,
): Condition | undefined {
  const current = service.status?.conditions?.find(({ type }) => type === REACHABLE);
  const faults = faultsOf(service, table, binding);
  // A port that is not served outranks one that is served elsewhere, because health reads the reason.
  const first = faults.find(({ reason }) => reason !== SERVED_ELSEWHERE) ?? faults[0];
  if (!first && !current) return undefined;
  const next = first
    ? { status: 'False' as const, reason: first.reason, message: faults.map((one) => one.message).join('; ') }
    : { status: 'True' as const, reason: 'Bound', message: 'every port is bound where the Service says' };
  if (current && current.status === next.status && current.message === next.message) return undefined;
  return transition({ type: REACHABLE, ...next }, service.status?.conditions, now);
}

function faultsOf(
  service: Service,
  table: RoutingTable,
  binding: (id: string) => Binding | undefined,
): readonly Fault[] {
  const { namespace = '', name = '' } = service.metadata;
  return (service.spec.ports ?? []).flatMap((port) => {
    if (!isCarried(port)) {
      return [
        {
          reason: 'ProtocolNotSupported',
          message: `port ${port.port}: ${port.protocol} is not carried, only TCP and UDP`,
        },
      ];
    }
    const found = table.get(routeKey({ namespace, service: name, portName: port.name ?? '' }));
    if (!found) return [];
    return [
      clusterFault(found, binding(clusterFront(found))),
      nodeFault(found, binding(nodeFront(found))),
    ].filter((fault) => fault !== undefined);
  });
}

function clusterFault({ clusterIP, port }: Route, binding: Binding | undefined): Fault | undefined {
  if (!binding || binding.state === 'bound') return undefined;
  const wanted = `${clusterIP}:${port} cannot be bound (${binding.code})`;
  const stand = binding.state === 'substituted' ? binding.address : undefined;
  return stand
    ? { reason: SERVED_ELSEWHERE, message: `${wanted}; it is served at ${stand.host}:${stand.port} instead` }
    : { reason: reasonOf(binding.code), message: wanted };
}

function nodeFault({ nodePort }: Route, binding: Binding | undefined): Fault | undefined {
  if (binding?.state !== 'failed') return undefined;
  return {
    reason: reasonOf(binding.code),
    message: `node port ${nodePort} cannot be bound (${binding.code})`,
  };
}

const reasonOf = (code: string): string => REASONS[code] ?? 'BindFailed';

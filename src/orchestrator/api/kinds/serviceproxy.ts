import type { Pod, Service } from '../../../kube/kinds/objects.data.ts';
import { type StatusError, statusError } from '../../../kube/values/status.ts';
import { namespacePrefix } from '../../store/keys.ts';
import type { World } from './kind.ts';
import { portOfPod } from './podproxy.ts';
import { proxyRow } from './proxyrow.ts';
import { noEndpoints, noPort, readyEndpoints } from './serviceendpoints.ts';

/** kubernetes `pkg/registry/core/service/storage/storage.go` ResourceLocation; a pod behind the Service is reached through its node. */
export const SERVICE_PROXY = proxyRow('service', 'ServiceProxyOptions', (object, { port }, world) => {
  const service = object as Service;
  const name = portName(service, port);
  const candidates = podsBehind(service, name, world);
  const chosen = candidates[world.random(Math.max(1, candidates.length))];
  if (!chosen) throw unavailable(noEndpoints(service.metadata.name));
  return portOfPod(chosen.pod, chosen.port);
});

/** Endpoints are told apart by the names of ports. */
function portName({ spec, metadata }: Service, asked: string): string {
  if (!/^\d+$/.test(asked)) return asked;
  const port = spec?.ports?.find((one) => one.port === Number(asked));
  if (!port) throw unavailable(noPort(asked, metadata.name));
  return port.name ?? '';
}

function podsBehind(service: Service, name: string, { store }: World) {
  const prefix = namespacePrefix('', 'pods', service.metadata.namespace ?? '');
  return readyEndpoints(store, service, name).flatMap(({ endpoint: { targetRef }, port }) => {
    const entry = targetRef?.kind === 'Pod' ? store.get(prefix + targetRef.name) : undefined;
    return entry ? [{ pod: entry.object as Pod, port }] : [];
  });
}

const unavailable = (message: string): StatusError => statusError('ServiceUnavailable', message);

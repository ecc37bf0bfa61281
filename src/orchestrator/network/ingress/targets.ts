import type { Ingress, IngressBackend, Service } from '../../../kube/kinds/objects.data.ts';
import { isTcp } from '../route.ts';
import type { Finding } from './findings.ts';
import type { Target } from './table.ts';

interface FoundTarget {
  readonly target: Target;
  readonly finding?: Finding;
}

/** The port of a Service that a backend names. */
export function targetOfBackend(
  namespace: string,
  backend: IngressBackend,
  find: (namespace: string, name: string) => Service | undefined,
): FoundTarget {
  if (!backend.service)
    return missing('BackendNotSupported', 'a backend that is a resource is not carried, only Services');
  const { name, port = {} } = backend.service;
  const service = find(namespace, name);
  if (!service) return missing('ServiceMissing', `there is no Service ${namespace}/${name}`);
  // It would lead the agent to any address that its author likes.
  if (service.spec.type === 'ExternalName')
    return missing(
      'BackendNotSupported',
      `the Service ${namespace}/${name} is an ExternalName, which is not carried`,
    );
  const found = (service.spec.ports ?? []).find(
    (one) => isTcp(one) && (port.name ? one.name === port.name : one.port === port.number),
  );
  if (!found)
    return missing(
      'ServicePortMissing',
      `the Service ${namespace}/${name} has no port ${port.name ?? port.number}`,
    );
  return { target: { type: 'port', namespace, service: name, portName: found.name ?? '' } };
}

const missing = (reason: Finding['reason'], message: string): FoundTarget => ({
  target: { type: 'missing', why: message },
  finding: { reason, message },
});

/** The Services that an Ingress names, as `namespace/name`. */
export function servicesOf({ metadata, spec }: Ingress): readonly string[] {
  const paths = (spec?.rules ?? []).flatMap(({ http }) => http?.paths ?? []);
  const backends = [spec?.defaultBackend, ...paths.map(({ backend }) => backend)];
  return backends.flatMap((backend) =>
    backend?.service ? [`${metadata.namespace}/${backend.service.name}`] : [],
  );
}

import type { Service } from '../../../kube/kinds/objects.data.ts';
import type { PodNetwork } from '../runtime/spec.ts';

/** What a node knows of the Services that its pods may look for. */
export interface NodeServices {
  /** As the API has them, as they were when an earlier agent ran, or nothing yet. */
  readonly knowledge: 'read' | 'kept' | 'none';
  /** Whether this Service has been put into effect on this node. */
  isServing(service: Service): boolean;
  /** As pods of that network reach them; without one, as the node does. */
  addresses(network?: PodNetwork): readonly ReachableService[];
}

/** One port of a Service as it can really be reached from this machine. */
export interface ReachableService {
  readonly namespace: string;
  readonly service: string;
  readonly portName: string;
  readonly servicePort: number;
  /** Absent: TCP. */
  readonly protocol?: 'UDP';
  readonly host: string;
  readonly port: number;
}

/** The Service of the API, which pods of every namespace are told of. */
const API = { namespace: 'default', service: 'kubernetes' };

/**
 * `<NAME>_SERVICE_HOST`, `<NAME>_SERVICE_PORT` (the first port), `<NAME>_SERVICE_PORT_<PORT NAME>` and the variables of Docker's links of all
 * Services of the namespace (kubelet `envvars.go`), and those of the API. The addresses are those that are bound, which may differ from what
 * the Service says. `hasLinks` is false for a pod that wants to hear of the API alone.
 */
export function serviceEnvironment(
  services: readonly ReachableService[],
  namespace: string,
  hasLinks = true,
): Record<string, string> {
  const env: Record<string, string> = {};
  const own = hasLinks ? services.filter((one) => one.namespace === namespace) : [];
  const isShadowed = own.some(({ service }) => service === API.service);
  const api = services.filter((one) => one.namespace === API.namespace && one.service === API.service);
  for (const one of [...own, ...(isShadowed ? [] : api)]) {
    const name = word(one.service);
    env[`${name}_SERVICE_HOST`] ??= one.host;
    env[`${name}_SERVICE_PORT`] ??= String(one.port);
    if (one.portName) env[`${name}_SERVICE_PORT_${word(one.portName)}`] = String(one.port);
    const protocol = one.protocol ?? 'TCP';
    const url = `${protocol.toLowerCase()}://${one.host.includes(':') ? `[${one.host}]` : one.host}:${one.port}`;
    const link = `${name}_PORT_${one.servicePort}_${protocol}`;
    env[`${name}_PORT`] ??= url;
    env[link] = url;
    env[`${link}_PROTO`] = protocol.toLowerCase();
    env[`${link}_PORT`] = String(one.port);
    env[`${link}_ADDR`] = one.host;
  }
  return env;
}

const word = (name: string): string => name.toUpperCase().replaceAll('-', '_');

/** What is wrong with a reference to a variable of a Service that exists and has no such variable on this node; undefined: nothing is. */
export function unservedReference(
  texts: readonly string[],
  env: Readonly<Record<string, string>>,
  services: readonly Service[],
): string | undefined {
  const names = texts.flatMap((text) =>
    [...text.matchAll(/\$\$|\$\(([^)]*)\)/g)].flatMap(([, name]) => name ?? []),
  );
  for (const name of names) {
    if (Object.hasOwn(env, name)) continue;
    const service = services.find((one) => variablesOf(one).includes(name));
    if (service) return `$(${name}): Service "${service.metadata.name}" cannot be reached on this node yet`;
  }
  return undefined;
}

/** Those that Kubernetes defines: none for a Service without an address (kubelet `kubelet_pods.go` getServiceEnvVarMap). */
function variablesOf({ metadata, spec }: Service): readonly string[] {
  if (!spec.clusterIP || spec.clusterIP === 'None' || spec.type === 'ExternalName') return [];
  const name = word(metadata.name ?? '');
  const named = (spec.ports ?? []).flatMap((port) =>
    port.name ? [`${name}_SERVICE_PORT_${word(port.name)}`] : [],
  );
  const links = (spec.ports ?? []).flatMap(({ port, protocol = 'TCP' }) =>
    ['', '_PROTO', '_PORT', '_ADDR'].map((part) => `${name}_PORT_${port}_${protocol}${part}`),
  );
  return [`${name}_SERVICE_HOST`, `${name}_SERVICE_PORT`, `${name}_PORT`, ...named, ...links];
}

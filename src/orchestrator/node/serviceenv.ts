/** One port of a Service as it can really be reached from this machine. */
export interface ReachableService {
  readonly namespace: string;
  readonly service: string;
  readonly portName: string;
  readonly servicePort: number;
  readonly host: string;
  readonly port: number;
}

/**
 * `<NAME>_SERVICE_HOST`, `<NAME>_SERVICE_PORT` (the first port) and `<NAME>_SERVICE_PORT_<PORT NAME>` of all Services of the namespace
 * (kubelet `envvars.go`). The addresses are those that are bound, which may differ from what the Service says.
 */
export function serviceEnvironment(
  services: readonly ReachableService[],
  namespace: string,
): Record<string, string> {
  const env: Record<string, string> = {};
  for (const one of services) {
    if (one.namespace !== namespace) continue;
    const name = word(one.service);
    env[`${name}_SERVICE_HOST`] ??= one.host;
    env[`${name}_SERVICE_PORT`] ??= String(one.port);
    if (one.portName) env[`${name}_SERVICE_PORT_${word(one.portName)}`] = String(one.port);
  }
  return env;
}

const word = (name: string): string => name.toUpperCase().replaceAll('-', '_');

import type { Container, IntOrString } from '../../../kube/kinds/objects.data.ts';

export interface Reach {
  readonly host: string;
  readonly port: number;
}

/** How this node reaches a port of a pod: the one place that knows. undefined: no port of that name. */
export function reach(podIP: string, port: IntOrString, container: Container): Reach | undefined {
  if (typeof port === 'number') return { host: podIP, port };
  const named = container.ports?.find((one) => one.name === port)?.containerPort;
  const number = named ?? (/^\d+$/.test(port) ? Number(port) : undefined);
  return number === undefined ? undefined : { host: podIP, port: number };
}

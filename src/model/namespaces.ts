import type { Problem } from '../base/errors.ts';

/** The namespace that an environment has without anybody's word. */
export const ownNamespace = (delivery: string, environment: string): string => `${delivery}-${environment}`;

/** Namespaces of the cluster itself: what is written there affects all. No permission opens them. */
const RESERVED = /^(default|pilotage|kube-.*)$/;
export const isReserved = (namespace: string): boolean => RESERVED.test(namespace);

/** Who asks for which namespace of which cluster ('' for the home cluster). */
export interface NamespaceRequest {
  readonly delivery: string;
  readonly environment: string;
  readonly namespace: string;
}

export const namespaceReserved = ({ delivery, environment, namespace }: NamespaceRequest): Problem => ({
  reason: 'NamespaceReserved',
  message: `namespace ${namespace} belongs to the cluster, and no environment delivers there`,
  remedy: `Leave \`namespace:\` out of ${delivery}/${environment} in pilotage.yaml, or name another.`,
});

export const namespaceTaken = (
  { delivery, environment, namespace }: NamespaceRequest,
  owner: string,
): Problem => ({
  reason: 'NamespaceTaken',
  message: `namespace ${namespace} belongs to ${owner}; one environment owns a namespace`,
  remedy: `Name another \`namespace:\` for ${delivery}/${environment} in pilotage.yaml.`,
});

export const namespaceNotAllowed = ({ delivery, namespace }: NamespaceRequest): Problem => ({
  reason: 'NamespaceNotAllowed',
  message: `namespace ${namespace} is not one that delivery ${delivery} may use`,
  remedy: `If it may: pilotage connect ${delivery} --allow-namespace ${namespace}`,
});

/**
 * Whether an environment may deliver to a namespace: its own without further words, any other by the word of a person (`allowed`),
 * never one of the cluster's, nor that of another environment (`owner`).
 */
export function namespaceProblem(
  request: NamespaceRequest,
  allowed: readonly string[],
  owner: string | undefined,
): Problem | undefined {
  const { delivery, environment, namespace } = request;
  if (isReserved(namespace)) return namespaceReserved(request);
  if (owner !== undefined && owner !== `${delivery}/${environment}`) return namespaceTaken(request, owner);
  const free = namespace === ownNamespace(delivery, environment) || allowed.includes(namespace);
  return free ? undefined : namespaceNotAllowed(request);
}

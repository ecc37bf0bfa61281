import type { PilotageKind } from './kind.ts';
import { count, list, mapOf, object, oneOfTypes, optional, string } from './shape.ts';

const spec = object({
  repository: oneOfTypes({
    hosted: {},
    remote: {
      url: string,
      secretRef: optional(object({ name: string })),
      pollSeconds: optional(count),
    },
  }),
  /** Kubeconfig contexts that environments of this delivery may name. Never the repository's own choice. */
  clusters: optional(list(string)),
  /** Namespaces, beside their own, that its environments may deliver to; a person's word. */
  namespaces: optional(list(string)),
  /** Kinds outside of namespaces (`ClusterRole`) that its environments may write; a person's word. */
  clusterScoped: optional(list(string)),
  /** HOST or HOST:PORT that its builds may reach, beside the registries that the machine is configured with; a person's word. */
  registries: optional(list(string)),
});

const status = object({
  defaultBranch: optional(string),
  /** Tip of every branch as last observed. */
  branches: optional(mapOf(string)),
  message: optional(string),
});

/** A repository, its credentials and the clusters that it may use. Name: the delivery. Namespace: PILOTAGE_NAMESPACE. */
export const DELIVERY = {
  kind: 'Delivery',
  plural: 'deliveries',
  shortName: 'pdel',
  spec,
  status,
  columns: [
    ['Repository', '.spec.repository.type'],
    ['Branch', '.status.defaultBranch'],
    ['URL', '.spec.repository.url', 'string', 1],
    ['Message', '.status.message'],
  ],
} as const satisfies PilotageKind;

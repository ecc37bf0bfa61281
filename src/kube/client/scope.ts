/**
 * How a user carries what it is confined to (`extra` of authentication.k8s.io UserInfo): written by code that acts through a
 * client in this process, read by the authorizer. Over the network only those set it who may impersonate the group and these extras.
 */
export const SCOPE = {
  group: 'system:pilotage:environments',
  /** Namespaces to read and write. */
  namespaces: 'pilotage.dev/namespaces',
  /** Namespaces to read. */
  reads: 'pilotage.dev/reads',
  /** Objects outside of namespaces to read and write: `rbac.authorization.k8s.io/clusterroles/viewer`. */
  objects: 'pilotage.dev/objects',
  /** Beginnings of the tracking annotation of what it may delete wherever it is. */
  owns: 'pilotage.dev/owns',
  tracking: 'pilotage.dev/tracking',
  /** The API group whose kinds no such user may touch. */
  closed: 'pilotage.dev',
} as const;

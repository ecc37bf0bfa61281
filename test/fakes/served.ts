import type { DiscoveredResource } from '../../src/kube/client/client.ts';
import type { Resource } from '../../src/kube/values/types.ts';

/** What discovery of a fake cluster says of a kind. */
export const discovered = (row: Resource): DiscoveredResource => ({
  ...row,
  singular: row.kind.toLowerCase(),
  shortNames: [],
  categories: [],
  verbs: [],
  subresources: WITHOUT_STATUS.has(row.kind) ? [] : ['status'],
});

/** Kinds that hold data only. */
const WITHOUT_STATUS = new Set([
  'ConfigMap',
  'Secret',
  'ServiceAccount',
  'Role',
  'RoleBinding',
  'ClusterRole',
]);

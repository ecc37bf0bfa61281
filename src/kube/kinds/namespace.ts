import { dns1123Label } from '../values/names.ts';
import type { JsonObject } from '../values/types.ts';
import { objectAt } from './checks/read.ts';
import { NAMESPACES } from './resources.data.ts';
import { type KindRow, noRules } from './row.ts';
import { plainFields } from './selectable.ts';

export const NAMESPACE: KindRow = {
  resource: NAMESPACES,
  applyOrder: 20,
  validate: noRules,
  checkName: dns1123Label,
  defaults: {
    'core.v1.Namespace': { complete: labelWithName },
    'core.v1.NamespaceStatus': { members: { phase: 'Active' } },
  },
  selectable: plainFields('status.phase'),
  isNeverPruned: true,
};

/** Every namespace can be selected by name (KEP-2161). */
function labelWithName(namespace: JsonObject): JsonObject {
  const metadata = objectAt(namespace, 'metadata');
  const labels = objectAt(metadata, 'labels');
  const { name } = metadata;
  if (!name || labels['kubernetes.io/metadata.name'] === name) return namespace;
  return {
    ...namespace,
    metadata: { ...metadata, labels: { ...labels, 'kubernetes.io/metadata.name': name } },
  };
}

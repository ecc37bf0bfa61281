import { NODE } from '../../../kube/kinds/node.ts';
import type { Node } from '../../../kube/kinds/objects.data.ts';
import { AGE, column, NAME, none, wide } from './columns.ts';
import { NODE_PROXY } from './nodeproxy.ts';
import { PLAIN, type ServedRow } from './servedrow.ts';
import { STATUS } from './subresource.ts';

export const SERVED_NODE: ServedRow = {
  kind: NODE,
  // Whoever registers a node says at once what it has (Kubernetes `pkg/registry/core/node/strategy.go`).
  strategy: { ...PLAIN, status: true, createsStatus: true },
  columns: [
    NAME,
    column<Node>('Status', nodeStatus),
    column<Node>('Roles', nodeRoles),
    AGE,
    column<Node>('Version', ({ status }) => status?.nodeInfo?.kubeletVersion),
    wide<Node>('Internal-IP', (node) => nodeAddress(node, 'InternalIP')),
    wide<Node>('External-IP', (node) => nodeAddress(node, 'ExternalIP')),
    wide<Node>('OS-Image', ({ status }) => status?.nodeInfo?.osImage || '<unknown>'),
    wide<Node>('Kernel-Version', ({ status }) => status?.nodeInfo?.kernelVersion || '<unknown>'),
    wide<Node>('Container-Runtime', ({ status }) => status?.nodeInfo?.containerRuntimeVersion || '<unknown>'),
  ],
  subresources: [NODE_PROXY, STATUS],
};

function nodeStatus({ spec, status }: Node): string {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const words = [ready ? (ready.status === 'True' ? 'Ready' : 'NotReady') : 'Unknown'];
  if (spec?.unschedulable) words.push('SchedulingDisabled');
  return words.join(',');
}

function nodeRoles({ metadata }: Node): string {
  const roles = Object.entries(metadata.labels ?? {}).flatMap(([key, value]) => {
    if (key.startsWith('node-role.kubernetes.io/')) return [key.slice('node-role.kubernetes.io/'.length)];
    return key === 'kubernetes.io/role' && value ? [value] : [];
  });
  return none([...new Set(roles)].sort().join(','));
}

function nodeAddress({ status }: Node, type: string): string {
  return none(status?.addresses?.find((address) => address.type === type)?.address);
}

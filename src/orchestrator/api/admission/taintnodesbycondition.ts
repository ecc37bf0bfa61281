import type { Node, Taint } from '../../../kube/kinds/objects.data.ts';
import type { AdmissionPlugin } from './plugin.ts';

const NOT_READY: Taint = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };

/**
 * A new node takes no pods before the controller of nodes has seen it ready, and has taken this taint off (Kubernetes
 * `plugin/pkg/admission/nodetaint`).
 */
export const taintNodesByCondition: AdmissionPlugin = {
  name: 'TaintNodesByCondition',
  mutate({ operation, kind, subresource, object }) {
    if (operation !== 'CREATE' || subresource !== undefined) return object;
    if (kind.group !== '' || kind.plural !== 'nodes') return object;
    const { spec = {} } = object as Node;
    const { taints = [] } = spec;
    const isThere = taints.some(({ key, effect }) => key === NOT_READY.key && effect === NOT_READY.effect);
    return isThere ? object : { ...object, spec: { ...spec, taints: [...taints, NOT_READY] } };
  },
};

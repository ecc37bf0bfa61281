import { isObject } from '../../../kube/values/equal.ts';
import type { KubeObject } from '../../../kube/values/types.ts';
import type { ServedResource } from '../types.ts';
import { type Column, column, NAME } from './columns.ts';

/** What is measured when it is asked for, and never stored (k8s.io/metrics `pkg/apis/metrics/v1beta1/types.go`). */
const measured = (plural: string, kind: string, namespaced: boolean): ServedResource => ({
  group: 'metrics.k8s.io',
  version: 'v1beta1',
  plural,
  kind,
  listKind: `${kind}List`,
  singular: '',
  namespaced,
  shortNames: [],
  categories: [],
  verbs: ['get', 'list'],
  subresources: [],
  subresourceRows: [],
  schema: () => undefined,
  table: COLUMNS,
  storedVersion: '',
  custom: false,
  hash: 'builtin',
});

/** metrics-server `pkg/api/table.go`. */
const COLUMNS: readonly Column[] = [
  NAME,
  column('cpu', (object) => usageOf(object).cpu),
  column('memory', (object) => usageOf(object).memory),
  column('Window', ({ window }) => window),
];

export const NODE_METRICS = measured('nodes', 'NodeMetrics', false);
export const POD_METRICS = measured('pods', 'PodMetrics', true);
export const METRICS: readonly ServedResource[] = [NODE_METRICS, POD_METRICS];

type Named = Pick<ServedResource, 'group' | 'version' | 'plural'>;

/** undefined: nothing measured is called so. */
export const measuredAs = ({ group, version, plural }: Named): ServedResource | undefined =>
  METRICS.find((row) => row.group === group && row.version === version && row.plural === plural);

/** Of a node; of the containers of a pod together. */
function usageOf({ usage, containers }: KubeObject): { readonly cpu: string; readonly memory: string } {
  const all = (Array.isArray(containers) ? containers : [{ usage }]).filter(isObject);
  const sum = (name: 'cpu' | 'memory') =>
    all.reduce(
      (total, one) => total + (isObject(one.usage) ? Number.parseInt(String(one.usage[name]), 10) : 0),
      0,
    );
  return { cpu: `${sum('cpu')}n`, memory: `${sum('memory')}Ki` };
}

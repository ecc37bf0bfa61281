import { DAEMON_SET } from '../../../kube/kinds/daemonset.ts';
import type { DaemonSet } from '../../../kube/kinds/objects.data.ts';
import { deepEqual } from '../../../kube/values/equal.ts';
import { formatLabels } from '../../../kube/values/selectors.ts';
import { AGE, column, count, NAME, none } from './columns.ts';
import type { Strategy } from './kind.ts';
import type { ServedRow } from './servedrow.ts';
import { STATUS } from './subresource.ts';
import { containersAndImages, selectorColumn, WORKLOAD } from './workload.ts';

/** apps/v1 keeps the number of the template, a field of earlier versions, in this annotation. */
const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';

/** Kubernetes `pkg/registry/apps/daemonset/strategy.go`. */
const STRATEGY: Strategy = {
  ...WORKLOAD,
  prepareForCreate: (object) => {
    const asked = templateGenerationOf(object as DaemonSet);
    return withTemplateGeneration(object as DaemonSet, Math.max(1, asked));
  },
  prepareForUpdate: (object, live) => {
    const [next, before] = [object as DaemonSet, live as DaemonSet];
    const generation = templateGenerationOf(before);
    const isSame = deepEqual(next.spec?.template, before.spec?.template);
    return withTemplateGeneration(next, isSame ? generation : generation + 1);
  },
};

export const SERVED_DAEMON_SET: ServedRow = {
  kind: DAEMON_SET,
  strategy: STRATEGY,
  columns: [
    NAME,
    count<DaemonSet>('Desired', ({ status }) => status?.desiredNumberScheduled ?? 0),
    count<DaemonSet>('Current', ({ status }) => status?.currentNumberScheduled ?? 0),
    count<DaemonSet>('Ready', ({ status }) => status?.numberReady ?? 0),
    count<DaemonSet>('Up-to-date', ({ status }) => status?.updatedNumberScheduled ?? 0),
    count<DaemonSet>('Available', ({ status }) => status?.numberAvailable ?? 0),
    column<DaemonSet>('Node Selector', ({ spec }) => none(formatLabels(spec?.template?.spec?.nodeSelector))),
    AGE,
    ...containersAndImages<DaemonSet>(({ spec }) => spec?.template),
    selectorColumn<DaemonSet>(({ spec }) => spec?.selector),
  ],
  subresources: [STATUS],
};

function templateGenerationOf({ metadata }: DaemonSet): number {
  const generation = Number(metadata.annotations?.[TEMPLATE_GENERATION] ?? 0);
  return Number.isSafeInteger(generation) ? generation : 0;
}

const withTemplateGeneration = (object: DaemonSet, generation: number): DaemonSet => ({
  ...object,
  metadata: {
    ...object.metadata,
    annotations: { ...object.metadata.annotations, [TEMPLATE_GENERATION]: String(generation) },
  },
});

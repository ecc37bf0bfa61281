import type { PodTemplate } from '../../../kube/kinds/objects.data.ts';
import { POD_TEMPLATE } from '../../../kube/kinds/podtemplate.ts';
import { formatLabels } from '../../../kube/values/selectors.ts';
import { column, NAME, none } from './columns.ts';
import { PLAIN, type ServedRow } from './servedrow.ts';
import { containerImages, containerNames } from './workload.ts';

export const SERVED_POD_TEMPLATE: ServedRow = {
  kind: POD_TEMPLATE,
  strategy: { ...PLAIN, generation: true },
  columns: [
    NAME,
    column<PodTemplate>('Containers', ({ template }) => containerNames(template)),
    column<PodTemplate>('Images', ({ template }) => containerImages(template)),
    column<PodTemplate>('Pod Labels', ({ template }) => none(formatLabels(template?.metadata?.labels))),
  ],
  subresources: [],
};

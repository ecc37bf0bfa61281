import { INGRESS_CLASS } from '../../../kube/kinds/ingressclass.ts';
import type { IngressClass } from '../../../kube/kinds/objects.data.ts';
import { AGE, column, NAME } from './columns.ts';
import { PLAIN, type ServedRow } from './servedrow.ts';

export const SERVED_INGRESS_CLASS: ServedRow = {
  kind: INGRESS_CLASS,
  strategy: { ...PLAIN, generation: true },
  columns: [
    NAME,
    column<IngressClass>('Controller', ({ spec }) => spec?.controller),
    column<IngressClass>('Parameters', parameters),
    AGE,
  ],
  subresources: [],
};

function parameters({ spec }: IngressClass): string {
  if (!spec?.parameters) return '<none>';
  const { apiGroup, kind, name } = spec.parameters;
  return `${kind}${apiGroup === undefined ? '' : `.${apiGroup}`}/${name}`;
}

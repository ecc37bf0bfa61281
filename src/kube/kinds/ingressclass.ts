import { INGRESS_CLASSES } from './resources.data.ts';
import { type KindRow, noRules } from './row.ts';

export const INGRESS_CLASS: KindRow = {
  resource: INGRESS_CLASSES,
  applyOrder: 280,
  validate: noRules,
  defaults: { 'networking.v1.IngressClassParametersReference': { members: { scope: 'Cluster' } } },
};

import { COMPONENT_STATUSES } from './resources.data.ts';
import { APPLIED_WITH_OTHERS, type KindRow, noRules } from './row.ts';

/** Deprecated since Kubernetes 1.19, and only ever read: it says how the parts of the control plane are. */
export const COMPONENT_STATUS: KindRow = {
  resource: COMPONENT_STATUSES,
  applyOrder: APPLIED_WITH_OTHERS,
  validate: noRules,
};

import { ENDPOINTS as RESOURCE } from './resources.data.ts';
import { APPLIED_WITH_OTHERS, type KindRow, noRules } from './row.ts';

export const ENDPOINTS: KindRow = {
  resource: RESOURCE,
  applyOrder: APPLIED_WITH_OTHERS,
  validate: noRules,
  defaults: { 'core.v1.EndpointPort': { members: { protocol: 'TCP' } } },
};

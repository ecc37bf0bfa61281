import { labelledAsTemplate } from './podspec/template.ts';
import { REPLICATION_CONTROLLERS } from './resources.data.ts';
import { APPLIED_WITH_OTHERS, type KindRow, noRules } from './row.ts';
import { orZero } from './selectable.ts';

export const REPLICATION_CONTROLLER: KindRow = {
  resource: REPLICATION_CONTROLLERS,
  applyOrder: APPLIED_WITH_OTHERS,
  validate: noRules,
  defaults: {
    'core.v1.ReplicationController': { complete: labelledAsTemplate },
    'core.v1.ReplicationControllerSpec': { members: { replicas: 1 } },
  },
  selectable: { 'status.replicas': orZero('status.replicas', 0) },
};

import type { JsonObject } from '../values/types.ts';
import { isEmptyList, objectAt } from './checks/read.ts';
import { V2_HORIZONTAL_POD_AUTOSCALERS } from './resources.data.ts';
import { type KindRow, noRules } from './row.ts';

const CPU = { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } };

const SCALE_UP: JsonObject = {
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [
    { type: 'Pods', value: 4, periodSeconds: 15 },
    { type: 'Percent', value: 100, periodSeconds: 15 },
  ],
};
const SCALE_DOWN: JsonObject = {
  selectPolicy: 'Max',
  policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
};

export const HORIZONTAL_POD_AUTOSCALER: KindRow = {
  resource: V2_HORIZONTAL_POD_AUTOSCALERS,
  applyOrder: 270,
  validate: noRules,
  defaults: {
    'autoscaling.v1.HorizontalPodAutoscalerSpec': { members: { minReplicas: 1 } },
    'autoscaling.v2.HorizontalPodAutoscalerSpec': {
      members: {
        minReplicas: 1,
        metrics: (self) => (isEmptyList(self.metrics) ? [{ type: 'Resource', resource: CPU }] : undefined),
      },
    },
    'autoscaling.v2.HorizontalPodAutoscalerBehavior': { complete: completeBehavior },
  },
};

function completeBehavior(behavior: JsonObject): JsonObject {
  const up = objectAt(behavior, 'scaleUp');
  const down = objectAt(behavior, 'scaleDown');
  const isComplete = (rules: JsonObject, whole: JsonObject) =>
    Object.keys(whole).every((key) => rules[key] !== undefined);
  if (isComplete(up, SCALE_UP) && isComplete(down, SCALE_DOWN)) return behavior;
  return { ...behavior, scaleUp: { ...SCALE_UP, ...up }, scaleDown: { ...SCALE_DOWN, ...down } };
}

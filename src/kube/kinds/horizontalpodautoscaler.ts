import { type FieldError, forbidden, invalid, notSupported, required } from '../values/fielderrors.ts';
import type { JsonObject } from '../values/types.ts';
import { autoscalerToV1, autoscalerToV2 } from './autoscaling/v1.ts';
import { reference, validateMetric } from './autoscaling/validation.ts';
import { atLeast, none } from './checks/checks.ts';
import { notNegative } from './checks/quantities.ts';
import { isEmptyList, numberAt, objectAt, objectsAt, textAt } from './checks/read.ts';
import { HORIZONTAL_POD_AUTOSCALERS, V2_HORIZONTAL_POD_AUTOSCALERS } from './resources.data.ts';
import type { KindRow } from './row.ts';

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
  versions: [{ resource: HORIZONTAL_POD_AUTOSCALERS, toOwn: autoscalerToV2, fromOwn: autoscalerToV1 }],
  applyOrder: 270,
  validate: validateAutoscaler,
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

/** Kubernetes `pkg/apis/autoscaling/validation/validation.go`. */
function validateAutoscaler(autoscaler: JsonObject): readonly FieldError[] {
  const spec = objectAt(autoscaler, 'spec');
  const behavior = objectAt(spec, 'behavior');
  return [
    ...validateBounds(spec),
    ...reference(objectAt(spec, 'scaleTargetRef'), 'spec.scaleTargetRef'),
    ...objectsAt(spec, 'metrics').flatMap((metric, i) => validateMetric(metric, `spec.metrics[${i}]`)),
    ...['scaleUp', 'scaleDown']
      .filter((key) => behavior[key] !== undefined)
      .flatMap((key) => validateRules(objectAt(behavior, key), `spec.behavior.${key}`)),
    ...['currentReplicas', 'desiredReplicas'].flatMap((key) =>
      atLeast(objectAt(autoscaler, 'status'), key, 'status', 0),
    ),
  ];
}

/** Nothing at all is enough only for what is measured elsewhere than in the pods: by the gate HPAScaleToZero, which is off. */
function validateBounds(spec: JsonObject): readonly FieldError[] {
  const [min, max] = [numberAt(spec, 'minReplicas'), numberAt(spec, 'maxReplicas') ?? 0];
  return [
    ...atLeast(spec, 'minReplicas', 'spec', 1),
    ...(max < 1 ? [invalid('spec.maxReplicas', max, 'must be greater than 0')] : none),
    ...(min !== undefined && max < min
      ? [invalid('spec.maxReplicas', max, 'must be greater than or equal to `minReplicas`')]
      : none),
    ...(min === 0
      ? [
          forbidden(
            'spec.metrics',
            'must specify at least one Object or External metric to support scaling to zero replicas',
          ),
        ]
      : none),
  ];
}

const LONGEST_WINDOW = 3600;
const LONGEST_PERIOD = 1800;

function validateRules(rules: JsonObject, path: string): readonly FieldError[] {
  const window = numberAt(rules, 'stabilizationWindowSeconds') ?? 0;
  const at = `${path}.stabilizationWindowSeconds`;
  const select = rules.selectPolicy;
  const policies = objectsAt(rules, 'policies');
  return [
    ...(window < 0 ? [invalid(at, window, 'must be greater than or equal to zero')] : none),
    ...(window > LONGEST_WINDOW
      ? [invalid(at, window, `must be less than or equal to ${LONGEST_WINDOW}`)]
      : none),
    ...(select !== undefined && !['Disabled', 'Max', 'Min'].includes(String(select))
      ? [notSupported(`${path}.selectPolicy`, select, ['Disabled', 'Max', 'Min'])]
      : none),
    ...(policies.length === 0
      ? [required(`${path}.policies`, 'must specify at least one Policy')]
      : policies.flatMap((policy, i) => validatePolicy(policy, `${path}.policies[${i}]`))),
    ...notNegative(`${path}.tolerance`, rules.tolerance),
  ];
}

function validatePolicy(policy: JsonObject, path: string): readonly FieldError[] {
  const type = textAt(policy, 'type');
  const period = numberAt(policy, 'periodSeconds') ?? 0;
  return [
    ...(['Percent', 'Pods'].includes(type)
      ? none
      : [notSupported(`${path}.type`, type, ['Percent', 'Pods'])]),
    ...['value', 'periodSeconds'].flatMap((key) => {
      const value = numberAt(policy, key) ?? 0;
      return value > 0 ? none : [invalid(`${path}.${key}`, value, 'must be greater than zero')];
    }),
    ...(period > LONGEST_PERIOD
      ? [invalid(`${path}.periodSeconds`, period, `must be less than or equal to ${LONGEST_PERIOD}`)]
      : none),
  ];
}

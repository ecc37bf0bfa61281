import { type FieldError, invalid, notSupported, required } from '../values/fielderrors.ts';
import type { JsonObject } from '../values/types.ts';
import { atLeast, countOrPercent, isZeroCount, none, upTo100Percent } from './checks/checks.ts';
import { objectAt } from './checks/read.ts';
import { validateSelected, whenRolling } from './podspec/template.ts';
import { DAEMON_SETS } from './resources.data.ts';
import type { KindRow } from './row.ts';

export const DAEMON_SET: KindRow = {
  resource: DAEMON_SETS,
  applyOrder: 190,
  validate: validateDaemonSet,
  defaults: {
    'apps.v1.DaemonSetSpec': { members: { revisionHistoryLimit: 10 } },
    'apps.v1.DaemonSetUpdateStrategy': { members: { type: 'RollingUpdate', rollingUpdate: whenRolling } },
    'apps.v1.RollingUpdateDaemonSet': { members: { maxUnavailable: 1, maxSurge: 0 } },
  },
  recreatable: ['spec.selector'],
  isServing: true,
};

const COUNTS = [
  'currentNumberScheduled',
  'numberMisscheduled',
  'desiredNumberScheduled',
  'numberReady',
  'observedGeneration',
  'updatedNumberScheduled',
  'numberAvailable',
  'numberUnavailable',
  'collisionCount',
];

/** Kubernetes `pkg/apis/apps/validation/validation.go`, ValidateDaemonSet. */
function validateDaemonSet(daemonSet: JsonObject, old?: JsonObject): readonly FieldError[] {
  const spec = objectAt(daemonSet, 'spec');
  return [
    ...validateSelected(spec, { selector: 'daemonset', deadline: 'DaemonSet' }, old),
    ...['minReadySeconds', 'revisionHistoryLimit'].flatMap((key) => atLeast(spec, key, 'spec', 0)),
    ...validateStrategy(objectAt(spec, 'updateStrategy')),
    ...COUNTS.flatMap((key) => atLeast(objectAt(daemonSet, 'status'), key, 'status', 0)),
  ];
}

function validateStrategy(strategy: JsonObject): readonly FieldError[] {
  const path = 'spec.updateStrategy';
  if (strategy.type === 'OnDelete') return none;
  if (strategy.type !== 'RollingUpdate') return [notSupported(path, strategy, ['RollingUpdate', 'OnDelete'])];
  const rolling = objectAt(strategy, 'rollingUpdate');
  const [isUnavailable, isSurge] = [!isZeroCount(rolling.maxUnavailable), !isZeroCount(rolling.maxSurge)];
  return [
    ...['maxUnavailable', 'maxSurge'].flatMap((key) => [
      ...countOrPercent(`${path}.rollingUpdate.${key}`, rolling[key]),
      ...upTo100Percent(`${path}.rollingUpdate.${key}`, rolling[key]),
    ]),
    ...(isUnavailable && isSurge
      ? [
          invalid(
            `${path}.rollingUpdate.maxSurge`,
            rolling.maxSurge,
            'may not be set when maxUnavailable is non-zero',
          ),
        ]
      : none),
    ...(!isUnavailable && !isSurge
      ? [required(`${path}.rollingUpdate.maxUnavailable`, 'cannot be 0 when maxSurge is 0')]
      : none),
  ];
}

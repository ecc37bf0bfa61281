import { type FieldError, forbidden, invalid } from '../values/fielderrors.ts';
import type { JsonObject } from '../values/types.ts';
import { atLeast, countOrPercent, isZeroCount, none, oneOf, upTo100Percent } from './checks/checks.ts';
import { numberAt, objectAt } from './checks/read.ts';
import { countsWithinReplicas } from './checks/replicas.ts';
import { validateSelected, whenRolling } from './podspec/template.ts';
import { DEPLOYMENTS } from './resources.data.ts';
import type { KindRow } from './row.ts';

export const DEPLOYMENT: KindRow = {
  resource: DEPLOYMENTS,
  applyOrder: 220,
  validate: validateDeployment,
  defaults: {
    'apps.v1.DeploymentSpec': {
      members: { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 },
    },
    'apps.v1.DeploymentStrategy': { members: { type: 'RollingUpdate', rollingUpdate: whenRolling } },
    'apps.v1.RollingUpdateDeployment': { members: { maxUnavailable: '25%', maxSurge: '25%' } },
  },
  recreatable: ['spec.selector'],
  isServing: true,
};

function validateDeployment(deployment: JsonObject, old?: JsonObject): readonly FieldError[] {
  const spec = objectAt(deployment, 'spec');
  return [
    ...validateSelected(spec, { selector: 'deployment', deadline: 'ReplicaSet' }, old),
    ...['replicas', 'minReadySeconds', 'revisionHistoryLimit'].flatMap((key) =>
      atLeast(spec, key, 'spec', 0),
    ),
    ...validateStrategy(objectAt(spec, 'strategy')),
    ...validateDeadline(spec),
    ...countsWithinReplicas(objectAt(deployment, 'status'), [
      'updatedReplicas',
      'readyReplicas',
      'availableReplicas',
    ]),
  ];
}

function validateDeadline(spec: JsonObject): readonly FieldError[] {
  const deadline = numberAt(spec, 'progressDeadlineSeconds');
  if (deadline === undefined || deadline > (numberAt(spec, 'minReadySeconds') ?? 0)) return none;
  return [invalid('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds')];
}

function validateStrategy(strategy: JsonObject): readonly FieldError[] {
  const path = 'spec.strategy';
  const rolling = strategy.rollingUpdate;
  if (strategy.type === 'Recreate') {
    const problem = "may not be specified when strategy `type` is 'Recreate'";
    return rolling === undefined ? none : [forbidden(`${path}.rollingUpdate`, problem)];
  }
  return [
    ...oneOf(strategy, 'type', path, ['Recreate', 'RollingUpdate']),
    ...validateRolling(objectAt(strategy, 'rollingUpdate'), `${path}.rollingUpdate`),
  ];
}

function validateRolling(rolling: JsonObject, path: string): readonly FieldError[] {
  const { maxUnavailable, maxSurge } = rolling;
  return [
    ...countOrPercent(`${path}.maxUnavailable`, maxUnavailable),
    ...countOrPercent(`${path}.maxSurge`, maxSurge),
    ...upTo100Percent(`${path}.maxUnavailable`, maxUnavailable),
    ...(isZeroCount(maxUnavailable) && isZeroCount(maxSurge)
      ? [invalid(`${path}.maxUnavailable`, maxUnavailable, 'may not be 0 when `maxSurge` is 0')]
      : []),
  ];
}

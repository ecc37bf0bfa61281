import { type FieldError, forbidden, invalid, notSupported, required } from '../../values/fielderrors.ts';
import { matches, selectorOf } from '../../values/selectors.ts';
import type { JsonObject } from '../../values/types.ts';
import {
  atLeast,
  countOrPercent,
  immutable,
  isEmptySelector,
  labelSelector,
  labels,
  none,
  oneOf,
} from '../checks/checks.ts';
import { numberAt, objectAt, textAt } from '../checks/read.ts';
import { validatePodSpec } from './pod.ts';

/** Kubernetes `pkg/apis/apps/validation/validation.go` and `pkg/apis/batch/validation/validation.go`. */

/** Selector, template and that they fit: common to all workloads of apps/v1. */
function validateSelected(spec: JsonObject, old: JsonObject | undefined): readonly FieldError[] {
  const selector = objectAt(spec, 'selector');
  const template = objectAt(spec, 'template');
  const templateLabels = objectAt(objectAt(template, 'metadata'), 'labels');
  const requirements = selectorOf(selector) ?? [];
  const isForeign =
    !isEmptySelector(selector) && !matches(requirements, templateLabels as Record<string, string>);
  return [
    ...(spec.selector === undefined ? [required('spec.selector')] : labelSelector(selector, 'spec.selector')),
    ...(spec.selector !== undefined && isEmptySelector(selector)
      ? [invalid('spec.selector', selector, 'empty selector is invalid for deployment')]
      : []),
    ...(spec.template === undefined ? [required('spec.template')] : none),
    ...(isForeign
      ? [
          invalid(
            'spec.template.metadata.labels',
            templateLabels,
            '`selector` does not match template `labels`',
          ),
        ]
      : []),
    ...validateTemplate(spec, ['Always']),
    ...(old ? immutable('spec.selector', spec.selector, objectAt(old, 'spec').selector) : none),
  ];
}

function validateTemplate(spec: JsonObject, restartPolicies: readonly string[]): readonly FieldError[] {
  const template = objectAt(spec, 'template');
  const podSpec = objectAt(template, 'spec');
  const restartPolicy = textAt(podSpec, 'restartPolicy');
  return [
    ...labels(objectAt(objectAt(template, 'metadata'), 'labels'), 'spec.template.metadata.labels'),
    ...validatePodSpec(podSpec, 'spec.template.spec'),
    ...(restartPolicy !== '' && !restartPolicies.includes(restartPolicy)
      ? [notSupported('spec.template.spec.restartPolicy', restartPolicy, restartPolicies)]
      : []),
  ];
}

export function validateDeployment(deployment: JsonObject, old?: JsonObject): readonly FieldError[] {
  const spec = objectAt(deployment, 'spec');
  return [
    ...validateSelected(spec, old),
    ...['replicas', 'minReadySeconds', 'revisionHistoryLimit'].flatMap((key) =>
      atLeast(spec, key, 'spec', 0),
    ),
    ...validateStrategy(objectAt(spec, 'strategy')),
    ...validateDeadline(spec),
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
  const isZero = (value: unknown) => value === 0 || value === '0%';
  const percent = /^(\d+)%$/.exec(String(maxUnavailable))?.[1];
  return [
    ...countOrPercent(`${path}.maxUnavailable`, maxUnavailable),
    ...countOrPercent(`${path}.maxSurge`, maxSurge),
    ...(percent !== undefined && Number(percent) > 100
      ? [invalid(`${path}.maxUnavailable`, maxUnavailable, 'must not be greater than 100%')]
      : []),
    ...(isZero(maxUnavailable) && isZero(maxSurge)
      ? [invalid(`${path}.maxUnavailable`, maxUnavailable, 'may not be 0 when `maxSurge` is 0')]
      : []),
  ];
}

export function validateReplicaSet(replicaSet: JsonObject, old?: JsonObject): readonly FieldError[] {
  const spec = objectAt(replicaSet, 'spec');
  return [
    ...validateSelected(spec, old),
    ...['replicas', 'minReadySeconds'].flatMap((key) => atLeast(spec, key, 'spec', 0)),
  ];
}

export function validateDaemonSet(daemonSet: JsonObject, old?: JsonObject): readonly FieldError[] {
  const spec = objectAt(daemonSet, 'spec');
  return [
    ...validateSelected(spec, old),
    ...['minReadySeconds', 'revisionHistoryLimit'].flatMap((key) => atLeast(spec, key, 'spec', 0)),
    ...oneOf(objectAt(spec, 'updateStrategy'), 'type', 'spec.updateStrategy', ['RollingUpdate', 'OnDelete']),
  ];
}

const STATEFUL_UPDATABLE = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
];

export function validateStatefulSet(statefulSet: JsonObject, old?: JsonObject): readonly FieldError[] {
  const spec = objectAt(statefulSet, 'spec');
  const before = old ? objectAt(old, 'spec') : spec;
  const changed = [...new Set([...Object.keys(spec), ...Object.keys(before)])]
    .filter((key) => !STATEFUL_UPDATABLE.includes(key) && key !== 'selector')
    .filter((key) => immutable(key, spec[key], before[key]).length > 0);
  const listed = STATEFUL_UPDATABLE.map((key) => `'${key}'`).join(', ');
  return [
    ...validateSelected(spec, old),
    ...['replicas', 'minReadySeconds'].flatMap((key) => atLeast(spec, key, 'spec', 0)),
    ...oneOf(spec, 'podManagementPolicy', 'spec', ['OrderedReady', 'Parallel']),
    ...(changed.length > 0
      ? [forbidden('spec', `updates to statefulset spec for fields other than ${listed} are forbidden`)]
      : []),
  ];
}

export function validateJob(job: JsonObject, old?: JsonObject): readonly FieldError[] {
  const spec = objectAt(job, 'spec');
  return [
    ...[
      'parallelism',
      'completions',
      'backoffLimit',
      'activeDeadlineSeconds',
      'ttlSecondsAfterFinished',
    ].flatMap((key) => atLeast(spec, key, 'spec', 0)),
    ...(spec.template === undefined
      ? [required('spec.template')]
      : validateTemplate(spec, ['OnFailure', 'Never'])),
    ...(old ? validateJobUpdate(spec, objectAt(old, 'spec')) : none),
  ];
}

/** `ValidateJobSpecUpdate`. A template may still be scheduled otherwise before a suspended Job has started. */
function validateJobUpdate(spec: JsonObject, old: JsonObject): readonly FieldError[] {
  const indexed = spec.completionMode === 'Indexed';
  return [
    ...(indexed ? none : immutable('spec.completions', spec.completions, old.completions)),
    ...immutable('spec.selector', spec.selector, old.selector),
    ...(old.suspend === true ? none : immutable('spec.template', spec.template, old.template)),
    ...immutable('spec.completionMode', spec.completionMode, old.completionMode),
  ];
}

import { type FieldError, invalid, notSupported, required, tooLong } from '../../values/fielderrors.ts';
import { qualifiedName } from '../../values/names.ts';
import type { JsonObject } from '../../values/types.ts';
import { atLeast, named, none, oneOf } from '../checks/checks.ts';
import { numberAt, objectAt, textAt } from '../checks/read.ts';
import { validateTemplate } from '../podspec/template.ts';
import { validateFailurePolicy, validateSuccessPolicy } from './policies.ts';

const COUNTS = [
  'parallelism',
  'completions',
  'activeDeadlineSeconds',
  'backoffLimit',
  'ttlSecondsAfterFinished',
  'backoffLimitPerIndex',
  'maxFailedIndexes',
];
const LONGEST_MANAGER = 63;

/** Of a Job, and of the Jobs that a CronJob makes (Kubernetes `pkg/apis/batch/validation/validation.go`, validateJobSpec). */
export function validateJobSpec(spec: JsonObject, path: string): readonly FieldError[] {
  return [
    ...COUNTS.flatMap((key) => atLeast(spec, key, path, 0)),
    ...(spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined
      ? [required(`${path}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified')]
      : none),
    ...validateManager(spec, path),
    ...oneOf(spec, 'completionMode', path, ['NonIndexed', 'Indexed']),
    ...(spec.completionMode === 'Indexed' ? validateIndexed(spec, path) : validateNonIndexed(spec, path)),
    ...(spec.podFailurePolicy === undefined ? none : validateFailurePolicy(spec, `${path}.podFailurePolicy`)),
    ...(spec.successPolicy === undefined ? none : validateSuccessPolicy(spec, `${path}.successPolicy`)),
    ...validateReplacement(spec, path),
    ...(spec.template === undefined
      ? [required(`${path}.template`)]
      : validateTemplate(objectAt(spec, 'template'), `${path}.template`)),
    ...validateRestarts(spec, path),
  ];
}

/** `example.com/controller`: a domain and a path. */
function validateManager(spec: JsonObject, path: string): readonly FieldError[] {
  const manager = textAt(spec, 'managedBy');
  if (spec.managedBy === undefined) return none;
  return [
    ...(manager.includes('/')
      ? named(`${path}.managedBy`, manager, qualifiedName)
      : [invalid(`${path}.managedBy`, manager, 'must be a domain-prefixed path (such as "acme.io/foo")')]),
    ...(manager.length > LONGEST_MANAGER ? [tooLong(`${path}.managedBy`, LONGEST_MANAGER)] : none),
  ];
}

const MOST_INDEXED = 100_000;
const MOST_OF_MANY = 10_000;

function validateIndexed(spec: JsonObject, path: string): readonly FieldError[] {
  const [completions, parallelism, failed] = ['completions', 'parallelism', 'maxFailedIndexes'].map((key) =>
    numberAt(spec, key),
  );
  const above = (key: string, value: number | undefined, most: number | undefined, problem: string) =>
    value !== undefined && most !== undefined && value > most
      ? [invalid(`${path}.${key}`, value, `must be less than or equal to ${problem}`)]
      : none;
  const isMany = (completions ?? 0) > MOST_INDEXED && spec.backoffLimitPerIndex !== undefined;
  const mostOfMany = isMany ? MOST_OF_MANY : undefined;
  const many = `${MOST_OF_MANY} when completions are above ${MOST_INDEXED} and used with backoff limit per index`;
  return [
    ...(completions === undefined
      ? [required(`${path}.completions`, 'when completion mode is Indexed')]
      : none),
    ...above('parallelism', parallelism, MOST_INDEXED, `${MOST_INDEXED} when completion mode is Indexed`),
    ...above('maxFailedIndexes', failed, completions, 'completions'),
    ...above('maxFailedIndexes', failed, MOST_INDEXED, `${MOST_INDEXED}`),
    ...(isMany && failed === undefined
      ? [required(`${path}.maxFailedIndexes`, `must be specified when completions is above ${MOST_INDEXED}`)]
      : none),
    ...above('parallelism', parallelism, mostOfMany, many),
    ...above('maxFailedIndexes', failed, mostOfMany, many),
  ];
}

const validateNonIndexed = (spec: JsonObject, path: string): readonly FieldError[] =>
  ['backoffLimitPerIndex', 'maxFailedIndexes']
    .filter((key) => spec[key] !== undefined)
    .map((key) => invalid(`${path}.${key}`, spec[key], 'requires indexed completion mode'));

function validateReplacement(spec: JsonObject, path: string): readonly FieldError[] {
  const policies = spec.podFailurePolicy === undefined ? ['Failed', 'TerminatingOrFailed'] : ['Failed'];
  return oneOf(spec, 'podReplacementPolicy', path, policies);
}

/** A pod that is restarted for ever never ends. */
function validateRestarts(spec: JsonObject, path: string): readonly FieldError[] {
  if (spec.template === undefined) return none;
  const field = `${path}.template.spec.restartPolicy`;
  const policy = textAt(objectAt(objectAt(spec, 'template'), 'spec'), 'restartPolicy');
  if (policy === '' || policy === 'Always') return [required(field, 'valid values: "OnFailure", "Never"')];
  if (!['OnFailure', 'Never'].includes(policy)) return [notSupported(field, policy, ['OnFailure', 'Never'])];
  return spec.podFailurePolicy !== undefined && policy !== 'Never'
    ? [invalid(field, policy, 'only "Never" is supported when podFailurePolicy is specified')]
    : none;
}

import { type FieldError, forbidden, invalid, notSupported, required } from '../../values/fielderrors.ts';
import { dns1123Label } from '../../values/names.ts';
import type { JsonObject } from '../../values/types.ts';
import { named, none } from '../checks/checks.ts';
import { positive } from '../checks/quantities.ts';
import { objectAt, textAt } from '../checks/read.ts';
import { containerResourceName } from '../checks/resourcenames.ts';

/** A metric that an autoscaler follows (Kubernetes `pkg/apis/autoscaling/validation/validation.go`, validateMetricSpec). */

type Check = (source: JsonObject, path: string) => readonly FieldError[];

/** Type → the member that describes it. */
const MEMBERS: Readonly<Record<string, string>> = {
  ContainerResource: 'containerResource',
  External: 'external',
  Object: 'object',
  Pods: 'pods',
  Resource: 'resource',
};

/** In this order the first that is there is checked. */
const CHECKS: Readonly<Record<string, Check>> = {
  object: (source, path) => [
    ...reference(objectAt(source, 'describedObject'), `${path}.describedObject`),
    ...identifier(source, path),
    ...target(source, path),
    ...needsOne(source, path, ['value', 'averageValue'], 'must set either a target value or averageValue'),
  ],
  external: (source, path) => [
    ...identifier(source, path),
    ...target(source, path),
    ...needsOne(
      source,
      path,
      ['value', 'averageValue'],
      'must set either a target value for metric or a per-pod target',
    ),
    ...notBoth(
      source,
      path,
      ['value', 'averageValue'],
      'may not set both a target value for metric and a per-pod target',
    ),
  ],
  pods: (source, path) => [
    ...identifier(source, path),
    ...target(source, path),
    ...needsOne(source, path, ['averageValue'], 'must specify a positive target averageValue'),
  ],
  resource: (source, path) => [
    ...(textAt(source, 'name') === '' ? [required(`${path}.name`, 'must specify a resource name')] : none),
    ...usage(source, path),
  ],
  containerResource: (source, path) => [
    ...(textAt(source, 'name') === ''
      ? [required(`${path}.name`, 'must specify a resource name')]
      : containerResourceName(textAt(source, 'name'), `${path}.name`)),
    ...(textAt(source, 'container') === ''
      ? [required(`${path}.container`, 'must specify a container')]
      : named(`${path}.container`, textAt(source, 'container'), dns1123Label)),
    ...usage(source, path),
  ],
};

export function validateMetric(metric: JsonObject, path: string): readonly FieldError[] {
  const type = textAt(metric, 'type');
  const expected = MEMBERS[type];
  const found = Object.keys(CHECKS).filter((member) => metric[member] !== undefined);
  const [first] = found;
  return [
    ...(type === '' ? [required(`${path}.type`, 'must specify a metric source type')] : none),
    ...(expected === undefined ? [notSupported(`${path}.type`, type, Object.keys(MEMBERS))] : none),
    ...(first === undefined ? none : (CHECKS[first]?.(objectAt(metric, first), `${path}.${first}`) ?? none)),
    ...(expected !== undefined && metric[expected] === undefined
      ? [required(`${path}.${expected}`, 'must populate information for the given metric source')]
      : none),
    ...(found.length > 1 ? found : [])
      .filter((member) => member !== expected)
      .map((member) => forbidden(`${path}.${member}`, 'must populate the given metric source only')),
  ];
}

/** A name that can be one segment of a path (apimachinery `pkg/api/validation/path`). */
function segment(field: string, value: string): readonly FieldError[] {
  if (value === '.' || value === '..') return [invalid(field, value, `may not be '${value}'`)];
  return ['/', '%']
    .filter((letter) => value.includes(letter))
    .map((letter) => invalid(field, value, `may not contain '${letter}'`));
}

export const reference = (of: JsonObject, path: string): readonly FieldError[] =>
  ['kind', 'name'].flatMap((key) => {
    const value = textAt(of, key);
    return value === '' ? [required(`${path}.${key}`)] : segment(`${path}.${key}`, value);
  });

function identifier(source: JsonObject, path: string): readonly FieldError[] {
  const name = textAt(objectAt(source, 'metric'), 'name');
  const field = `${path}.metric.name`;
  return name === '' ? [required(field, 'must specify a metric name')] : segment(field, name);
}

const TARGET_TYPES = ['Utilization', 'Value', 'AverageValue'];

function target(source: JsonObject, path: string): readonly FieldError[] {
  const wanted = objectAt(source, 'target');
  const at = `${path}.target`;
  const type = textAt(wanted, 'type');
  const { averageUtilization: percent } = wanted;
  return [
    ...(type === '' ? [required(`${at}.type`, 'must specify a metric target type')] : none),
    ...(TARGET_TYPES.includes(type)
      ? none
      : [invalid(`${at}.type`, type, 'must be either Utilization, Value, or AverageValue')]),
    ...['value', 'averageValue'].flatMap((key) => positive(`${at}.${key}`, wanted[key], 'must be positive')),
    ...(typeof percent === 'number' && percent < 1
      ? [invalid(`${at}.averageUtilization`, percent, 'must be greater than 0')]
      : none),
  ];
}

const usage: Check = (source, path) => [
  ...target(source, path),
  ...needsOne(
    source,
    path,
    ['averageValue', 'averageUtilization'],
    'must set either a target raw value or a target utilization',
  ),
  ...notBoth(
    source,
    path,
    ['averageValue', 'averageUtilization'],
    'may not set both a target raw value and a target utilization',
  ),
];

const isSet = (source: JsonObject, key: string): boolean => objectAt(source, 'target')[key] !== undefined;

/** The last of them is named. */
const needsOne = (source: JsonObject, path: string, keys: readonly string[], problem: string) =>
  keys.some((key) => isSet(source, key)) ? none : [required(`${path}.target.${keys.at(-1)}`, problem)];

/** The first of them is named. */
const notBoth = (source: JsonObject, path: string, keys: readonly string[], problem: string) =>
  keys.every((key) => isSet(source, key)) ? [forbidden(`${path}.target.${keys[0]}`, problem)] : none;

import { duplicate, type FieldError, forbidden, invalid, required } from '../values/fielderrors.ts';
import { qualifiedName } from '../values/names.ts';
import type { JsonObject } from '../values/types.ts';
import { named, none } from './checks/checks.ts';
import { exceeds, quantityOf } from './checks/quantities.ts';
import { objectAt, objectsAt, textAt } from './checks/read.ts';
import { containerResourceName, mayBeOvercommitted, resourceName } from './checks/resourcenames.ts';
import { LIMIT_RANGES } from './resources.data.ts';
import type { KindRow } from './row.ts';

export const LIMIT_RANGE: KindRow = {
  resource: LIMIT_RANGES,
  applyOrder: 50,
  validate: validateLimitRange,
  defaults: { 'core.v1.LimitRangeItem': { complete: completeItem } },
};

/** Of containers alone: the limit follows the maximum, the request the limit, or else the minimum. */
function completeItem(item: JsonObject): JsonObject {
  if (item.type !== 'Container') return item;
  const limits = { ...objectAt(item, 'max'), ...objectAt(item, 'default') };
  const requests = { ...objectAt(item, 'min'), ...limits, ...objectAt(item, 'defaultRequest') };
  const grows = (key: string, whole: JsonObject) =>
    Object.keys(whole).length > Object.keys(objectAt(item, key)).length;
  if (!grows('default', limits) && !grows('defaultRequest', requests)) return item;
  return {
    ...item,
    ...(grows('default', limits) ? { default: limits } : {}),
    ...(grows('defaultRequest', requests) ? { defaultRequest: requests } : {}),
  };
}

const TYPES = ['Pod', 'Container', 'PersistentVolumeClaim'];

/** Kubernetes `pkg/apis/core/validation/validation.go`, ValidateLimitRange. */
function validateLimitRange(range: JsonObject): readonly FieldError[] {
  const seen = new Set<string>();
  return objectsAt(objectAt(range, 'spec'), 'limits').flatMap((item, i): readonly FieldError[] => {
    const path = `spec.limits[${i}]`;
    const type = textAt(item, 'type');
    const isDouble = seen.has(type);
    seen.add(type);
    return [
      ...validateType(type, `${path}.type`),
      ...(isDouble ? [duplicate(`${path}.type`, type)] : none),
      ...validateNames(item, type, path),
      ...validateForType(item, type, path),
      ...resourcesOf(item).flatMap((name) => validateAmounts(item, name, path)),
    ];
  });
}

function validateType(type: string, field: string): readonly FieldError[] {
  if (type.includes('/') || qualifiedName(type) !== undefined) return named(field, type, qualifiedName);
  return TYPES.includes(type)
    ? none
    : [invalid(field, type, 'must be a standard limit type or fully qualified')];
}

const AMOUNTS = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const;

function validateNames(item: JsonObject, type: string, path: string): readonly FieldError[] {
  const check = type === 'Pod' || type === 'Container' ? containerResourceName : resourceName;
  return AMOUNTS.flatMap((key) =>
    Object.keys(objectAt(item, key)).flatMap((name) => check(name, `${path}.${key}[${name}]`)),
  );
}

function validateForType(item: JsonObject, type: string, path: string): readonly FieldError[] {
  if (type === 'Pod') {
    return ['default', 'defaultRequest']
      .filter((key) => Object.keys(objectAt(item, key)).length > 0)
      .map((key) => forbidden(`${path}.${key}`, "may not be specified when `type` is 'Pod'"));
  }
  const isBound = ['min', 'max'].some((key) => objectAt(item, key).storage !== undefined);
  return type === 'PersistentVolumeClaim' && !isBound
    ? [
        required(
          `${path}.limits`,
          'either minimum or maximum storage value is required, but neither was provided',
        ),
      ]
    : none;
}

const resourcesOf = (item: JsonObject): readonly string[] => [
  ...new Set(AMOUNTS.flatMap((key) => Object.keys(objectAt(item, key)))),
];

/** What the amounts of one resource must keep to among themselves. */
function validateAmounts(item: JsonObject, name: string, path: string): readonly FieldError[] {
  const [max, min, limit, request, ratio] = AMOUNTS.map((key) => objectAt(item, key)[name]);
  const refuse = (holds: boolean, key: string, shown: unknown, problem: string) =>
    holds ? [invalid(`${path}.${key}[${name}]`, shown, problem)] : none;
  const differ = exceeds(limit, request) || exceeds(request, limit);
  return [
    ...refuse(exceeds(min, max), 'min', min, `min value ${min} is greater than max value ${max}`),
    ...refuse(
      exceeds(min, request),
      'defaultRequest',
      request,
      `min value ${min} is greater than default request value ${request}`,
    ),
    ...refuse(
      exceeds(request, max),
      'defaultRequest',
      request,
      `default request value ${request} is greater than max value ${max}`,
    ),
    ...refuse(
      exceeds(request, limit),
      'defaultRequest',
      request,
      `default request value ${request} is greater than default limit value ${limit}`,
    ),
    ...refuse(exceeds(min, limit), 'default', min, `min value ${min} is greater than default value ${limit}`),
    ...refuse(exceeds(limit, max), 'default', max, `default value ${limit} is greater than max value ${max}`),
    ...refuse(exceeds('1', ratio), 'maxLimitRequestRatio', ratio, `ratio ${ratio} is less than 1`),
    ...validateRatio([min, max, ratio].map(quantityNumber), (problem) =>
      refuse(true, 'maxLimitRequestRatio', ratio, `ratio ${ratio} is greater than max/min = ${problem}`),
    ),
    ...refuse(
      differ && !mayBeOvercommitted(name),
      'defaultRequest',
      request,
      `default value ${limit} must equal to defaultRequest value ${request} in ${name}`,
    ),
  ];
}

function validateRatio(
  [min, max, ratio]: readonly (number | undefined)[],
  refuse: (most: string) => readonly FieldError[],
): readonly FieldError[] {
  if (min === undefined || max === undefined || ratio === undefined) return none;
  return ratio > max / min ? refuse((max / min).toFixed(6)) : none;
}

function quantityNumber(value: Parameters<typeof quantityOf>[0]): number | undefined {
  const quantity = quantityOf(value);
  return quantity && Number(quantity.digits) * 10 ** quantity.exponent;
}

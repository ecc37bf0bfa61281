import { type FieldError, invalid, notSupported, required } from '../../values/fielderrors.ts';
import type { Json, JsonObject } from '../../values/types.ts';
import { none } from '../checks/checks.ts';
import { isEmptyList, listAt, numberAt, objectAt, objectsAt, textAt } from '../checks/read.ts';
import type { TypeDefaults } from '../row.ts';
import { deviceConfiguration } from './configuration.ts';
import { distinctUpTo, upTo } from './items.ts';
import { className, labelName, qualifiedAttribute } from './names.ts';
import { deviceSelectors } from './selectors.ts';

const MOST = 32;
const MOST_ALTERNATIVES = 8;
const MODES = ['All', 'ExactCount'];

const COUNTED: TypeDefaults = {
  members: {
    allocationMode: 'ExactCount',
    count: ({ allocationMode }: JsonObject): Json | undefined =>
      allocationMode === 'ExactCount' ? 1 : undefined,
  },
  isZeroUnset: true,
};
export const REQUEST_DEFAULTS: Readonly<Record<string, TypeDefaults>> = {
  'resource.v1.ExactDeviceRequest': COUNTED,
  'resource.v1.DeviceSubRequest': COUNTED,
};

/**
 * What a claim asks for, as kube-apiserver has it with the features that are off by default off: nobody sees fields of those
 * (`pkg/apis/resource/validation/validation.go`, validateResourceClaimSpec).
 */
export function validateClaimSpec(spec: JsonObject, path: string): readonly FieldError[] {
  const devices = objectAt(spec, 'devices');
  const at = `${path}.devices`;
  const requests = objectsAt(devices, 'requests');
  const names = requestNames(devices);
  return [
    ...distinctUpTo(MOST, requests, `${at}.requests`, nameOf, deviceRequest),
    ...upTo(MOST, objectsAt(devices, 'constraints'), `${at}.constraints`, (constraint, one) => [
      ...requestReferences(constraint, one, names),
      ...(constraint.matchAttribute === undefined
        ? [required(`${one}.matchAttribute`)]
        : qualifiedAttribute(textAt(constraint, 'matchAttribute'), `${one}.matchAttribute`)),
    ]),
    ...upTo(MOST, objectsAt(devices, 'config'), `${at}.config`, (config, one) => [
      ...requestReferences(config, one, names),
      ...deviceConfiguration(config, one),
    ]),
  ];
}

const nameOf = (self: JsonObject): string => textAt(self, 'name');

/** Of requests, and of each alternative of one: `gpu`, `gpu/large`. */
export const requestNames = (devices: JsonObject): ReadonlySet<string> =>
  new Set(
    objectsAt(devices, 'requests').flatMap((request) => [
      nameOf(request),
      ...objectsAt(request, 'firstAvailable').map((one) => `${nameOf(request)}/${nameOf(one)}`),
    ]),
  );

function deviceRequest(request: JsonObject, at: string): readonly FieldError[] {
  const alternatives = objectsAt(request, 'firstAvailable');
  const [hasSome, isExact] = [!isEmptyList(request.firstAvailable), request.exactly !== undefined];
  const problem = 'exactly one of `exactly` or `firstAvailable` is required';
  return [
    ...labelName(nameOf(request), `${at}.name`),
    ...(!hasSome && !isExact ? [required(at, problem)] : none),
    ...(hasSome && isExact ? [invalid(at, null, `${problem}, but multiple fields are set`)] : none),
    ...(hasSome && !isExact
      ? distinctUpTo(MOST_ALTERNATIVES, alternatives, `${at}.firstAvailable`, nameOf, (one, its) => [
          ...labelName(nameOf(one), `${its}.name`),
          ...wantedDevices(one, its),
        ])
      : none),
    ...(isExact && !hasSome ? wantedDevices(objectAt(request, 'exactly'), `${at}.exactly`) : none),
  ];
}

const wantedDevices = (request: JsonObject, at: string): readonly FieldError[] => [
  ...className(textAt(request, 'deviceClassName'), `${at}.deviceClassName`),
  ...deviceSelectors(request, at),
  ...allocationMode(request, at),
];

function allocationMode(request: JsonObject, at: string): readonly FieldError[] {
  const mode = textAt(request, 'allocationMode');
  const count = numberAt(request, 'count') ?? 0;
  if (!MODES.includes(mode)) return [notSupported(`${at}.allocationMode`, mode, MODES)];
  if (mode === 'All')
    return count === 0
      ? none
      : [invalid(`${at}.count`, count, "must not be specified when allocationMode is 'All'")];
  return count > 0 ? none : [invalid(`${at}.count`, count, 'must be greater than zero')];
}

const NO_REQUEST =
  "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'";

/** One of the requests of the claim, or an alternative of one. */
export function requestReference(
  name: string,
  field: string,
  names: ReadonlySet<string>,
): readonly FieldError[] {
  const parts = name.split('/');
  if (parts.length > 2) return [invalid(field, name, NO_REQUEST)];
  return [
    ...parts.flatMap((part) => labelName(part, field)),
    ...(names.has(name) ? none : [invalid(field, name, NO_REQUEST)]),
  ];
}

export const requestReferences = (
  self: JsonObject,
  at: string,
  names: ReadonlySet<string>,
): readonly FieldError[] =>
  distinctUpTo(MOST, listAt(self, 'requests').map(String), `${at}.requests`, String, (name, one) =>
    requestReference(name, one, names),
  );

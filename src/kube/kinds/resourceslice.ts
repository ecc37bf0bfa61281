import { SEMVER } from '../cel/library/semvers.ts';
import { type FieldError, invalid, required, tooLong } from '../values/fielderrors.ts';
import { dns1123Subdomain } from '../values/names.ts';
import type { JsonObject } from '../values/types.ts';
import { atLeast, immutable, named, none } from './checks/checks.ts';
import { numberAt, objectAt, objectsAt, textAt } from './checks/read.ts';
import { driverName } from './checks/storage.ts';
import { distinctUpTo } from './devices/items.ts';
import { attributeName, labelName, poolName } from './devices/names.ts';
import { RESOURCE_SLICES } from './resources.data.ts';
import { APPLIED_WITH_OTHERS, type KindRow } from './row.ts';
import { plainFields } from './selectable.ts';
import { nodeSelector } from './volumes/shared.ts';

export const RESOURCE_SLICE: KindRow = {
  resource: RESOURCE_SLICES,
  applyOrder: APPLIED_WITH_OTHERS,
  validate: validateSlice,
  selectable: plainFields('spec.nodeName', 'spec.driver'),
};

const MOST_DEVICES = 128;
const MOST_ATTRIBUTES = 32;
const LONGEST_VALUE = 64;

/**
 * As kube-apiserver has it with the features that are off by default off: nobody sees fields of those
 * (`pkg/apis/resource/validation/validation.go`, validateResourceSliceSpec).
 */
function validateSlice(slice: JsonObject, old?: JsonObject): readonly FieldError[] {
  const spec = objectAt(slice, 'spec');
  return [
    ...driverName(textAt(spec, 'driver'), 'spec.driver'),
    ...validatePool(objectAt(spec, 'pool')),
    ...(old ? validateUpdate(spec, objectAt(old, 'spec')) : none),
    ...validateReach(spec),
    ...distinctUpTo(
      MOST_DEVICES,
      objectsAt(spec, 'devices'),
      'spec.devices',
      ({ name }) => String(name),
      validateDevice,
    ),
  ];
}

const validatePool = (pool: JsonObject): readonly FieldError[] => [
  ...poolName(textAt(pool, 'name'), 'spec.pool.name'),
  ...((numberAt(pool, 'resourceSliceCount') ?? 0) > 0
    ? none
    : [invalid('spec.pool.resourceSliceCount', pool.resourceSliceCount ?? 0, 'must be greater than zero')]),
  ...atLeast(pool, 'generation', 'spec.pool', 0),
];

const validateUpdate = (spec: JsonObject, old: JsonObject): readonly FieldError[] => [
  ...immutable('spec.pool.name', objectAt(spec, 'pool').name, objectAt(old, 'pool').name),
  ...immutable('spec.driver', spec.driver, old.driver),
  ...immutable('spec.nodeName', spec.nodeName, old.nodeName),
];

/** From which nodes its devices are reached: one way to say it. */
function validateReach(spec: JsonObject): readonly FieldError[] {
  const { nodeName, allNodes } = spec;
  const selector = objectAt(spec, 'nodeSelector');
  const terms = objectsAt(selector, 'nodeSelectorTerms');
  const set = [
    ...(textAt(spec, 'nodeName') === '' ? [] : ['`nodeName`']),
    ...(spec.nodeSelector === undefined ? [] : ['`nodeSelector`']),
    ...(allNodes === true ? ['`allNodes`'] : []),
  ];
  const problem =
    'exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required';
  return [
    ...(nodeName === ''
      ? [invalid('spec.nodeName', '', 'must be either unset or set to a non-empty string')]
      : nodeName === undefined
        ? none
        : named('spec.nodeName', String(nodeName), dns1123Subdomain)),
    ...(spec.nodeSelector === undefined ? none : nodeSelector(selector, 'spec.nodeSelector')),
    ...(spec.nodeSelector !== undefined && terms.length !== 1
      ? [invalid('spec.nodeSelector.nodeSelectorTerms', terms, 'must have exactly one node selector term')]
      : none),
    ...(allNodes === false ? [invalid('spec.allNodes', false, 'must be either unset or set to true')] : none),
    ...(set.length === 0 ? [required('spec', problem)] : none),
    ...(set.length > 1
      ? [invalid('spec', `{${set.join(', ')}}`, `${problem}, but multiple fields are set`)]
      : none),
  ];
}

function validateDevice(device: JsonObject, at: string): readonly FieldError[] {
  const [attributes, capacity] = [objectAt(device, 'attributes'), objectAt(device, 'capacity')];
  const count = Object.keys(attributes).length + Object.keys(capacity).length;
  return [
    ...labelName(textAt(device, 'name'), `${at}.name`),
    ...(count > MOST_ATTRIBUTES
      ? [
          invalid(
            at,
            count,
            `the total number of attributes and capacities must not exceed ${MOST_ATTRIBUTES}`,
          ),
        ]
      : none),
    ...Object.keys(attributes).flatMap((name) => [
      ...attributeName(name, `${at}.attributes[${name}]`),
      ...validateAttribute(objectAt(attributes, name), `${at}.attributes[${name}]`),
    ]),
    ...Object.keys(capacity).flatMap((name) => attributeName(name, `${at}.capacity[${name}]`)),
  ];
}

function validateAttribute(attribute: JsonObject, at: string): readonly FieldError[] {
  const { string, version } = attribute;
  const count = ['bool', 'int', 'string', 'version'].filter((key) => attribute[key] !== undefined).length;
  const long = (key: string) =>
    textAt(attribute, key).length > LONGEST_VALUE ? [tooLong(`${at}.${key}`, LONGEST_VALUE)] : none;
  return [
    ...(string === undefined ? none : long('string')),
    ...(typeof version === 'string' && !SEMVER.test(version)
      ? [invalid(`${at}.version`, version, 'must be a string compatible with semver.org spec 2.0.0')]
      : none),
    ...(version === undefined ? none : long('version')),
    ...(count === 1
      ? none
      : [invalid(at, count === 0 ? '' : attribute, 'exactly one value must be specified')]),
  ];
}

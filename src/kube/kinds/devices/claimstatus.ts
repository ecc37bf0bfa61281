import {
  type FieldError,
  forbidden,
  invalid,
  notSupported,
  required,
  tooLong,
  tooMany,
} from '../../values/fielderrors.ts';
import { stringifyJson } from '../../values/json.ts';
import type { JsonObject } from '../../values/types.ts';
import { immutable, named, none } from '../checks/checks.ts';
import { conditions } from '../checks/conditions.ts';
import { interfaceAddress } from '../checks/networks.ts';
import { listAt, objectAt, objectsAt, textAt } from '../checks/read.ts';
import { driverName } from '../checks/storage.ts';
import { nodeSelector } from '../volumes/shared.ts';
import { requestNames, requestReference, requestReferences } from './claimspec.ts';
import { deviceConfiguration, rawObject } from './configuration.ts';
import { distinctUpTo, upTo } from './items.ts';
import { labelName, poolName } from './names.ts';

const MOST_CONSUMERS = 256;
const MOST_RESULTS = 32;
const MOST_CONFIGS = 64;
const MOST_CONDITIONS = 8;
const MOST_ADDRESSES = 16;
const LONGEST_INTERFACE_NAME = 256;
const LONGEST_HARDWARE_ADDRESS = 128;

/** Which device it is: `driver/pool/device`. */
export const deviceId = (self: JsonObject): string =>
  ['driver', 'pool', 'device'].map((key) => textAt(self, key)).join('/');

export const allocatedDevices = (status: JsonObject): readonly string[] =>
  objectsAt(objectAt(objectAt(status, 'allocation'), 'devices'), 'results').map(deviceId);

/** Kubernetes `pkg/apis/resource/validation/validation.go`, validateResourceClaimStatusUpdate. */
export function validateClaimStatus(claim: JsonObject, old: JsonObject): readonly FieldError[] {
  const [status, before] = [objectAt(claim, 'status'), objectAt(old, 'status')];
  const allocated = new Set(allocatedDevices(status));
  const names = requestNames(objectAt(objectAt(claim, 'spec'), 'devices'));
  return [
    ...distinctUpTo(MOST_CONSUMERS, objectsAt(status, 'reservedFor'), 'status.reservedFor', uidOf, consumer),
    ...distinctUpTo(Infinity, objectsAt(status, 'devices'), 'status.devices', deviceId, (device, at) =>
      deviceStatus(device, at, allocated),
    ),
    ...reservation(claim, before),
    ...(status.allocation !== undefined && before.allocation !== undefined
      ? immutable('status.allocation', status.allocation, before.allocation)
      : none),
    ...(status.allocation !== undefined && before.allocation === undefined
      ? allocation(objectAt(status, 'allocation'), 'status.allocation', names)
      : none),
  ];
}

const uidOf = (self: JsonObject): string => textAt(self, 'uid');

const consumer = (reference: JsonObject, at: string): readonly FieldError[] =>
  ['resource', 'name', 'uid'].flatMap((key) =>
    textAt(reference, key) === '' ? [required(`${at}.${key}`)] : none,
  );

/** Only what is allocated is reserved, and while a claim goes nobody else gets it. */
function reservation(claim: JsonObject, before: JsonObject): readonly FieldError[] {
  const status = objectAt(claim, 'status');
  const reserved = objectsAt(status, 'reservedFor');
  const at = 'status.reservedFor';
  if (reserved.length === 0) return none;
  if (status.allocation === undefined)
    return [forbidden(at, 'may not be specified when `allocated` is not set')];
  const known = new Set(objectsAt(before, 'reservedFor').map(stringifyJson));
  const isLeaving = objectAt(claim, 'metadata').deletionTimestamp !== undefined;
  return isLeaving && reserved.some((one) => !known.has(stringifyJson(one)))
    ? [
        forbidden(
          at,
          'new entries may not be added while `deallocationRequested` or `deletionTimestamp` are set',
        ),
      ]
    : none;
}

function allocation(self: JsonObject, at: string, names: ReadonlySet<string>): readonly FieldError[] {
  const devices = objectAt(self, 'devices');
  return [
    ...upTo(MOST_RESULTS, objectsAt(devices, 'results'), `${at}.devices.results`, (result, one) => [
      ...requestReference(textAt(result, 'request'), `${one}.request`, names),
      ...place(result, one),
    ]),
    ...upTo(MOST_CONFIGS, objectsAt(devices, 'config'), `${at}.devices.config`, (config, one) => [
      ...source(textAt(config, 'source'), `${one}.source`),
      ...requestReferences(config, one, names),
      ...deviceConfiguration(config, one),
    ]),
    ...(self.nodeSelector === undefined
      ? none
      : nodeSelector(objectAt(self, 'nodeSelector'), `${at}.nodeSelector`)),
  ];
}

const SOURCES = ['FromClaim', 'FromClass'];
const source = (value: string, field: string): readonly FieldError[] =>
  value === '' ? [required(field)] : SOURCES.includes(value) ? none : [notSupported(field, value, SOURCES)];

/** Where a device is to be found. */
const place = (self: JsonObject, at: string): readonly FieldError[] => [
  ...driverName(textAt(self, 'driver'), `${at}.driver`),
  ...poolName(textAt(self, 'pool'), `${at}.pool`),
  ...labelName(textAt(self, 'device'), `${at}.device`),
];

function deviceStatus(device: JsonObject, at: string, allocated: ReadonlySet<string>): readonly FieldError[] {
  const reported = objectsAt(device, 'conditions');
  return [
    ...place(device, at),
    ...(allocated.has(deviceId(device))
      ? none
      : [invalid(at, deviceId(device), 'must be an allocated device in the claim')]),
    ...(reported.length > MOST_CONDITIONS
      ? [tooMany(`${at}.conditions`, reported.length, MOST_CONDITIONS)]
      : none),
    ...conditions(reported, `${at}.conditions`),
    ...(device.data === undefined ? none : rawObject(device.data, `${at}.data`)),
    ...network(objectAt(device, 'networkData'), `${at}.networkData`),
  ];
}

const network = (data: JsonObject, at: string): readonly FieldError[] => [
  ...longest(data, 'interfaceName', at, LONGEST_INTERFACE_NAME),
  ...longest(data, 'hardwareAddress', at, LONGEST_HARDWARE_ADDRESS),
  ...distinctUpTo(MOST_ADDRESSES, listAt(data, 'ips').map(String), `${at}.ips`, String, (address, one) =>
    named(one, address, interfaceAddress),
  ),
];

const longest = (self: JsonObject, key: string, at: string, most: number): readonly FieldError[] =>
  textAt(self, key).length > most ? [tooLong(`${at}.${key}`, most)] : none;

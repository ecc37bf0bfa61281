import { duplicate, type FieldError, invalid, required } from '../values/fielderrors.ts';
import { qualifiedName } from '../values/names.ts';
import type { JsonObject } from '../values/types.ts';
import { atLeast, duplicates, immutable, named, none } from './checks/checks.ts';
import { listAt, objectAt, objectsAt, textAt } from './checks/read.ts';
import { driverName } from './checks/storage.ts';
import { CSI_NODES } from './resources.data.ts';
import { APPLIED_WITH_OTHERS, type KindRow } from './row.ts';

export const CSI_NODE: KindRow = {
  resource: CSI_NODES,
  applyOrder: APPLIED_WITH_OTHERS,
  validate: validateCsiNode,
};

const LONGEST_NODE_ID = 256;

/** Kubernetes `pkg/apis/storage/validation/validation.go` (ValidateCSINode, ValidateCSINodeUpdate). */
function validateCsiNode(node: JsonObject, old?: JsonObject): readonly FieldError[] {
  const drivers = objectsAt(objectAt(node, 'spec'), 'drivers');
  return [
    ...drivers.flatMap((driver, i) => validateDriver(driver, `spec.drivers[${i}]`)),
    ...duplicates(drivers, 'name', 'spec.drivers'),
    ...(old ? validateUpdate(drivers, objectsAt(objectAt(old, 'spec'), 'drivers')) : none),
  ];
}

function validateDriver(driver: JsonObject, at: string): readonly FieldError[] {
  const nodeId = textAt(driver, 'nodeID');
  return [
    ...driverName(textAt(driver, 'name'), `${at}.name`),
    ...(nodeId === '' ? [required(`${at}.nodeID`)] : none),
    ...(nodeId.length > LONGEST_NODE_ID
      ? [invalid(`${at}.nodeID`, nodeId, `must be ${LONGEST_NODE_ID} characters or less`)]
      : none),
    ...atLeast(objectAt(driver, 'allocatable'), 'count', `${at}.allocatable`, 0),
    ...validateTopologyKeys(listAt(driver, 'topologyKeys').map(String), at),
  ];
}

function validateTopologyKeys(keys: readonly string[], at: string): readonly FieldError[] {
  const seen = new Set<string>();
  return keys.flatMap((key) => {
    const isRepeated = seen.has(key);
    seen.add(key);
    return [
      ...(key === '' ? [required(at)] : named(at, key, qualifiedName)),
      ...(isRepeated ? [duplicate(at, key)] : none),
    ];
  });
}

/** A driver that stays keeps what it says, but for how many volumes fit. */
const validateUpdate = (
  drivers: readonly JsonObject[],
  before: readonly JsonObject[],
): readonly FieldError[] =>
  before.flatMap(({ allocatable: _, ...was }) =>
    drivers
      .filter(({ name }) => name === was.name)
      .flatMap(({ allocatable: __, ...is }) => immutable('spec.drivers', is, was)),
  );

import { compareQuantities, parseQuantity, type Quantity } from '../../values/quantity.ts';
import { selectorMatches } from '../../values/selectors.ts';
import type { IntOrString, Node, PersistentVolume, PersistentVolumeClaim } from '../objects.data.ts';
import { fitsNodeSelector } from '../podspec/nodeaffinity.ts';
import { BOUND_BY_CONTROLLER } from './annotations.ts';
import { storageClass } from './storageclass.ts';

/** Which volume a claim gets: the rules that the binder and the scheduler share (component-helpers `storage/volume/pv_helpers.go`). */

/** Whether a volume is bound to a claim, or reserved for it by its name. */
export function isBoundTo({ spec }: PersistentVolume, { metadata }: PersistentVolumeClaim): boolean {
  const { name, namespace, uid = '' } = spec?.claimRef ?? {};
  return name === metadata.name && namespace === metadata.namespace && (uid === '' || uid === metadata.uid);
}

/** The volume as it is bound to the claim; the same one where nothing changes (GetBindVolumeToClaim). */
export function boundVolume(volume: PersistentVolume, claim: PersistentVolumeClaim): PersistentVolume {
  const { metadata, spec } = volume;
  const { name = '', namespace = '', uid = '', resourceVersion = '' } = claim.metadata;
  const isReserved = isBoundTo(volume, claim);
  if (isReserved && spec?.claimRef?.uid === uid) return volume;
  const annotations = isReserved
    ? {}
    : { annotations: { ...metadata.annotations, [BOUND_BY_CONTROLLER]: 'yes' } };
  const claimRef = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name, uid, resourceVersion };
  return { ...volume, metadata: { ...metadata, ...annotations }, spec: { ...spec, claimRef } };
}

export interface Search {
  /** The scheduler asks for a node; absent: the binder asks. */
  readonly node?: Node;
  /** The class waits for a pod: the binder takes only what is reserved for the claim. */
  readonly isDelayed?: boolean;
  /** Names of volumes that are promised to other claims. */
  readonly except?: ReadonlySet<string>;
}

/**
 * The volume that suits a claim: the one that is reserved for it, else the smallest of those that can no more than has to be (fewest access
 * modes); undefined: there is none (FindMatchingVolume, and `persistentvolume/index.go` findByClaim).
 */
export function findVolume(
  claim: PersistentVolumeClaim,
  volumes: readonly PersistentVolume[],
  search: Search = {},
): PersistentVolume | undefined {
  const usable = volumes.filter((volume) => isUsable(volume, claim, search));
  const reserved = usable.find((volume) => isBoundTo(volume, claim));
  if (reserved) return fitsVolume(reserved, search.node) ? reserved : undefined;
  if (search.isDelayed && !search.node) return undefined;
  return usable
    .filter((volume) => isFree(volume, claim, search.node))
    .sort(
      (a, b) => modesOf(a) - modesOf(b) || compareQuantities(capacityOf(a), capacityOf(b)) || byName(a, b),
    )[0];
}

function isUsable(volume: PersistentVolume, claim: PersistentVolumeClaim, { except }: Search): boolean {
  const { metadata, spec } = volume;
  if (metadata.deletionTimestamp || except?.has(metadata.name ?? '')) return false;
  if (spec?.claimRef && !isBoundTo(volume, claim)) return false;
  return (
    isLargeEnough(volume, claim) &&
    hasMode(volume, claim) &&
    hasAttributes(volume, claim) &&
    hasAccess(volume, claim)
  );
}

const isFree = (volume: PersistentVolume, claim: PersistentVolumeClaim, node: Node | undefined): boolean =>
  volume.status?.phase === 'Available' &&
  (claim.spec?.selector === undefined || selectorMatches(claim.spec.selector, volume.metadata.labels)) &&
  storageClass(volume) === storageClass(claim) &&
  fitsVolume(volume, node);

/** Why a volume that a claim asks for by name cannot be bound to it; undefined: it can (`pv_controller.go` checkVolumeSatisfyClaim). */
export function mismatch(volume: PersistentVolume, claim: PersistentVolumeClaim): string | undefined {
  if (volume.metadata.deletionTimestamp) return `the volume is marked for deletion "${volume.metadata.name}"`;
  if (!isLargeEnough(volume, claim)) return 'requested PV is too small';
  if (storageClass(volume) !== storageClass(claim)) return 'storageClassName does not match';
  if (!hasAttributes(volume, claim)) return 'volumeAttributesClassName does not match';
  if (!hasMode(volume, claim)) return 'incompatible volumeMode';
  return hasAccess(volume, claim) ? undefined : 'incompatible accessMode';
}

/** Whether what is on a volume can be reached from a node. */
export function fitsVolume({ spec }: PersistentVolume, node: Node | undefined): boolean {
  const required = spec?.nodeAffinity?.required;
  return node === undefined || required === undefined || fitsNodeSelector(required, node);
}

export const hasMode = (volume: PersistentVolume, claim: PersistentVolumeClaim): boolean =>
  (volume.spec?.volumeMode ?? 'Filesystem') === (claim.spec?.volumeMode ?? 'Filesystem');

const hasAttributes = ({ spec: volume }: PersistentVolume, { spec: claim }: PersistentVolumeClaim): boolean =>
  (volume?.volumeAttributesClassName ?? '') === (claim?.volumeAttributesClassName ?? '');

const hasAccess = ({ spec: volume }: PersistentVolume, { spec: claim }: PersistentVolumeClaim): boolean =>
  (claim?.accessModes ?? []).every((mode) => volume?.accessModes?.includes(mode));

const isLargeEnough = (volume: PersistentVolume, { spec }: PersistentVolumeClaim): boolean =>
  compareQuantities(capacityOf(volume), quantity(spec?.resources?.requests?.storage)) >= 0;

const capacityOf = ({ spec }: PersistentVolume): Quantity => quantity(spec?.capacity?.storage);

const modesOf = ({ spec }: PersistentVolume): number => new Set(spec?.accessModes).size;

/** What validation lets through can be read. */
function quantity(text: IntOrString | undefined): Quantity {
  const read = parseQuantity(text ?? '0') ?? parseQuantity('0');
  if (!read) throw new Error('0 is a quantity');
  return read;
}

const byName = (a: PersistentVolume, b: PersistentVolume): number =>
  (a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1;

import type { Amounts } from '../../values/amounts.ts';
import { compareQuantities, parseQuantity, type Quantity, wholeValue } from '../../values/quantity.ts';
import type { PersistentVolumeClaim } from '../objects.data.ts';
import { storageClass } from '../volumes/storageclass.ts';
import type { Measure } from './measure.ts';

const NAMES = ['persistentvolumeclaims', 'requests.storage'];
const OF_CLASS = '.storageclass.storage.k8s.io/';
const ONE: Quantity = { digits: 1n, exponent: 0, format: 'DecimalSI' };

/** Kubernetes `pkg/quota/v1/evaluator/core/persistent_volume_claims.go`. */
export const CLAIMS: Measure = {
  counts: (name) =>
    name === 'count/persistentvolumeclaims' ||
    NAMES.includes(name) ||
    NAMES.some((one) => name.endsWith(OF_CLASS + one)),
  grows: ({ subresource }) => subresource === undefined,
  usage: (object) => usageOf(object as PersistentVolumeClaim),
  scopeValues: (object, scope) =>
    scope === 'VolumeAttributesClass' ? attributeClasses(object as PersistentVolumeClaim) : [],
};

function usageOf(claim: PersistentVolumeClaim): Amounts {
  const storage = storageOf(claim);
  const className = storageClass(claim);
  const used: Amounts = {
    persistentvolumeclaims: ONE,
    ...(storage ? { 'requests.storage': storage } : {}),
  };
  return {
    'count/persistentvolumeclaims': ONE,
    ...used,
    ...(className
      ? Object.fromEntries(
          Object.entries(used).map(([name, amount]) => [className + OF_CLASS + name, amount]),
        )
      : {}),
  };
}

/** Whole bytes of what is asked for, or of what a resize has been given. */
function storageOf({ spec, status }: PersistentVolumeClaim): Quantity | undefined {
  const asked = parseQuantity(spec?.resources?.requests?.storage ?? '');
  if (!asked) return undefined;
  const allocated = parseQuantity(status?.allocatedResources?.storage ?? '');
  const larger = allocated && compareQuantities(allocated, asked) > 0 ? allocated : asked;
  return larger.exponent < 0 ? { ...larger, digits: BigInt(wholeValue(larger)), exponent: 0 } : larger;
}

const attributeClasses = ({ spec, status }: PersistentVolumeClaim): readonly string[] =>
  [
    spec?.volumeAttributesClassName,
    status?.currentVolumeAttributesClassName,
    status?.modifyVolumeStatus?.targetVolumeAttributesClassName,
  ].filter((name): name is string => name !== undefined && name !== '');

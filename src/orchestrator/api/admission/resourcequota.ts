import type { Clock } from '../../../base/clock.ts';
import type { ResourceQuota } from '../../../kube/kinds/objects.data.ts';
import type { Measure } from '../../../kube/kinds/quota/measure.ts';
import { isWithin, limitedNames, measureOf, usedOf } from '../../../kube/kinds/quota/quota.ts';
import {
  type Amounts,
  addAmounts,
  amountsOf,
  formatAmounts,
  selectAmounts,
  subtractAmounts,
} from '../../../kube/values/amounts.ts';
import { compareQuantities } from '../../../kube/values/quantity.ts';
import { namespacePrefix } from '../../store/keys.ts';
import type { Store } from '../../store/types.ts';
import { forbidden } from '../errors.ts';
import { type Kind, prefixOf } from '../kinds/kind.ts';
import type { AdmissionAttributes, AdmissionPlugin } from './plugin.ts';

export interface QuotaWorld {
  readonly store: Pick<Store, 'latestIn'>;
  readonly clock: Clock;
}

/**
 * Nothing is created, and nothing grows, beyond what a ResourceQuota of its namespace allows (apiserver
 * `plugin/resourcequota/controller.go`, CheckRequest). What is used is counted in the turn of the event loop in which the write is
 * staged, staged writes included: two creates at once never exceed a quota, and its status, which a controller keeps, need not be
 * current. So the limits are those of the specification.
 */
export function resourceQuota(world: QuotaWorld): AdmissionPlugin {
  return {
    name: 'ResourceQuota',
    confirm(attributes) {
      const { kind, object } = attributes;
      const { namespace } = object.metadata;
      if (!kind.namespaced || !namespace || isUncounted(kind)) return;
      const measure = measureOf(kind.storage);
      if (!mayGrow(attributes, measure)) return;
      for (const entry of world.store.latestIn(namespacePrefix('', 'resourcequotas', namespace)))
        assertWithin(world, entry.object as ResourceQuota, measure, attributes);
    },
  };
}

const isUncounted = ({ storage }: Kind): boolean => storage.plural === 'events';

function mayGrow({ operation, object, live, subresource }: AdmissionAttributes, measure: Measure): boolean {
  if (operation === 'CREATE') return true;
  if (operation === 'DELETE' || !live) return false;
  return measure.grows({ object, live, ...(subresource === undefined ? {} : { subresource }) });
}

function assertWithin(
  { store, clock }: QuotaWorld,
  quota: ResourceQuota,
  measure: Measure,
  { kind, object, live }: AdmissionAttributes,
): void {
  const names = limitedNames(quota, measure);
  if (names.length === 0 || !isWithin(quota, measure, object)) return;
  const refuse = (why: string) => forbidden(kind, object.metadata.name ?? '', why);
  const quotaName = quota.metadata.name ?? '';
  const missing = measure.missing?.(object, names);
  if (missing !== undefined) throw refuse(`failed quota: ${quotaName}: ${missing}`);
  const now = clock.now();
  const wanted = measure.usage(object, now);
  const before = live && isWithin(quota, measure, live) ? measure.usage(live, now) : {};
  const more = selectAmounts(
    subtractAmounts(wanted, before),
    (name, { digits }) => names.includes(name) && digits > 0n,
  );
  if (Object.keys(more).length === 0) return;
  const objects = store.latestIn(prefixOf(kind, object.metadata.namespace)).map((entry) => entry.object);
  const used = usedOf(quota, measure, objects, now);
  const hard = amountsOf(quota.spec?.hard);
  const total = addAmounts(used, more);
  const exceeded = Object.keys(more).filter((name) => {
    const [most, needed] = [hard[name], total[name]];
    return most && needed && compareQuantities(needed, most) > 0;
  });
  if (exceeded.length === 0) return;
  const shown = (amounts: Amounts) => print(selectAmounts(amounts, (name) => exceeded.includes(name)));
  throw refuse(
    `exceeded quota: ${quotaName}, requested: ${shown(more)}, used: ${shown(used)}, limited: ${shown(hard)}`,
  );
}

const print = (amounts: Amounts): string =>
  Object.entries(formatAmounts(amounts))
    .map(([name, amount]) => `${name}=${amount}`)
    .sort()
    .join(',');

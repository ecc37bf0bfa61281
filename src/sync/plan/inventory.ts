import type { KubeObject } from '../../kube/values/types.ts';
import type { InventoryEntry } from '../../model/types.ts';
import type { PlannedHooks } from './planinput.ts';
import { refKey } from './refkey.ts';
import type { Desired, Plan } from './types.ts';

/** What is owned as soon as the plan begins: written before the first object, so that a crash orphans nothing. */
export function inventoryBefore(
  inventory: readonly InventoryEntry[],
  desired: readonly Desired[],
  hooks: Pick<PlannedHooks, 'all' | 'due'> = { all: new Set(), due: [] },
): readonly InventoryEntry[] {
  const known = new Map(inventory.map((entry) => [refKey(entry), entry]));
  const planned = desired.map(({ ref, app, prune }) => {
    const uid = known.get(refKey(ref))?.uid;
    return { ...ref, app, ...(uid ? { uid } : {}), ...(prune && prune !== 'auto' ? { prune } : {}) };
  });
  const wanted = new Set(desired.map(({ ref }) => refKey(ref)));
  const isDue = new Set(hooks.due.map(({ ref }) => refKey(ref)));
  const due = new Map(hooks.due.map(({ ref, app }) => [refKey(ref), { ...ref, app, hook: true }]));
  const dropped = inventory
    .filter((entry) => !wanted.has(refKey(entry)) && !isDue.has(refKey(entry)))
    .map((entry) => (hooks.all.has(refKey(entry)) ? { ...entry, hook: true } : entry));
  return [...planned, ...due.values(), ...dropped];
}

/** What is owned after a look: what was found gone leaves, what is live has its UID. `written` are objects as the server returned them. */
export function inventoryAfter(
  inventory: readonly InventoryEntry[],
  plan: Plan,
  live: ReadonlyMap<string, KubeObject>,
): readonly InventoryEntry[] {
  const forgotten = new Set(
    plan.steps.filter((step) => step.action === 'forget').map((step) => refKey(step.ref)),
  );
  return inventory
    .filter((entry) => !forgotten.has(refKey(entry)))
    .map((entry) => {
      const uid = live.get(refKey(entry))?.metadata.uid ?? entry.uid;
      return { ...entry, ...(uid ? { uid } : {}) };
    });
}

import type { Problem } from '../../base/errors.ts';
import { builtinKind } from '../../kube/kinds/builtin.ts';
import { formatRef, gvkOf, type KubeObject, type ObjectRef, type Resource } from '../../kube/values/types.ts';
import { ANNOTATIONS } from '../../model/annotations.ts';
import type { InventoryEntry } from '../../model/types.ts';
import { finalizersOf, type Presence } from './presence.ts';
import type { Step } from './types.ts';

/** What an object of the inventory that is not rendered any more is found as → what becomes of it. */
const DROPPED: Readonly<Record<Presence, 'forget' | 'keep' | 'prune'>> = {
  absent: 'forget',
  deleting: 'keep',
  ours: 'prune',
  unowned: 'forget',
  foreign: 'forget',
};

export interface Found {
  readonly live: KubeObject | undefined;
  readonly presence: Presence;
  /** Undefined where the cluster does not list the kind. */
  readonly resource: Resource | undefined;
}

/** What becomes of an object that was delivered and is not rendered any more. */
export function droppedStep(entry: InventoryEntry, stage: number, { live, presence, resource }: Found): Step {
  const { app, uid: _uid, hook, ...ref } = entry;
  const base = { ref, resource, app, stage, ...(hook ? { isHook: true } : {}) };
  if (resource === undefined) {
    const reason = `the cluster does not list its kind (${ref.apiVersion} ${ref.kind}), so nobody knows whether it is gone`;
    return { ...base, action: 'keep', reason };
  }
  if (live === undefined) return { ...base, action: 'forget', reason: 'it is gone' };
  const action = DROPPED[presence];
  if (action === 'keep') return { ...base, action, reason: `it is being deleted${finalizersOf(live)}` };
  if (action === 'forget') return { ...base, action, reason: 'it is not ours any more' };
  const kept = keptBecause(ref, live);
  return kept === undefined
    ? { ...base, action, live, reason: 'it is not in git any more' }
    : { ...base, action: 'keep', reason: kept };
}

/** Whether a person said so on the object. */
export const saysKeep = ({ metadata }: KubeObject): boolean =>
  metadata.annotations?.[ANNOTATIONS.prune] === 'keep';

/** Why an object of ours is never pruned: a person said so on the object, or its kind holds data. */
function keptBecause(ref: ObjectRef, live: KubeObject): string | undefined {
  if (saysKeep(live)) return `its annotation ${ANNOTATIONS.prune} says keep`;
  return builtinKind(gvkOf(ref))?.isNeverPruned
    ? `a ${ref.kind} is never pruned; delete it by hand`
    : undefined;
}

interface PruneFacts {
  readonly desired: readonly unknown[];
  readonly inventory: readonly InventoryEntry[];
  readonly confirmedPrune: boolean;
  readonly environment: string;
}

/** Losing most of an environment is more often an accident than a wish (argo-cd #9227, #18480): a person confirms it. */
export function pruneRefusal(
  steps: readonly Step[],
  { desired, inventory: all, confirmedPrune, environment }: PruneFacts,
): readonly Problem[] {
  // Hooks come and go: neither they nor their number say how much of an environment is lost.
  const pruned = steps.filter((step) => step.action === 'prune' && !step.isHook);
  if (pruned.length === 0) return [];
  const inventory = all.filter(({ hook }) => !hook);
  if (desired.length === 0) return [emptyRender(environment, inventory.length)];
  if (pruned.length * 2 <= inventory.length || confirmedPrune) return [];
  return [
    {
      reason: 'PruneNotConfirmed',
      message: `${pruned.length} of ${inventory.length} objects would be pruned, more than half`,
      remedy: `If that is meant: pilotage sync ${environment} --confirm-prune`,
      details: pruned.map(({ ref }) => formatRef(ref)),
    },
  ];
}

/** Nothing is rendered for `environment` (`shop/prod`), whose inventory holds `delivered` objects: no word of a person prunes them all. */
export const emptyRender = (environment: string, delivered: number): Problem => ({
  reason: 'EmptyRender',
  message: `nothing is rendered for ${environment}, so nothing is applied and nothing is pruned${
    delivered > 0 ? `; ${delivered} objects stay as they are` : ''
  }`,
  remedy: `Bring the manifests back, or: pilotage delete ${environment} --prune`,
});

/** Whether a plan is refused because of what it would prune, so that this does not wait with the rest. */
export const isAboutPruning = ({ reason }: Problem): boolean =>
  reason === 'PruneNotConfirmed' || reason === 'EmptyRender';

import type { Problem } from '../../base/errors.ts';
import { builtinKind } from '../../kube/kinds/builtin.ts';
import { formatRef, gvkOf, type KubeObject, type Resource } from '../../kube/values/types.ts';
import type { PruneMode } from '../../model/deliveryfile.ts';
import type { InventoryEntry } from '../../model/types.ts';
import { pruneMark, SYNC_OPTIONS, staysAtDeletion } from './marks.ts';
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
export function droppedStep(
  entry: InventoryEntry,
  stage: number,
  { live, presence, resource }: Found,
  words: PruneWords,
): Step {
  const { app, uid: _uid, hook, prune: _mode, ...ref } = entry;
  const base = { ref, resource, app, stage, ...(hook ? { isHook: true } : {}) };
  if (resource === undefined) {
    const reason = `the cluster does not list its kind (${ref.apiVersion} ${ref.kind}), so nobody knows whether it is gone`;
    return { ...base, action: 'keep', reason };
  }
  if (live === undefined) return { ...base, action: 'forget', reason: 'it is gone' };
  const action = DROPPED[presence];
  if (action === 'keep') return { ...base, action, reason: `it is being deleted${finalizersOf(live)}` };
  if (action === 'forget') return { ...base, action, reason: 'it is not ours any more' };
  return { ...base, live, ...fateOf(entry, live, words) } as Step;
}

/** What was said of pruning outside of the object. */
export interface PruneWords {
  readonly pruneModes?: ReadonlyMap<string, PruneMode> | undefined;
  readonly confirmed?: ReadonlySet<string> | undefined;
  /** All of the environment is to go. */
  readonly isTeardown?: boolean | undefined;
  readonly environment: string;
}

/** Whether a person said so on the object. */
export const saysKeep = ({ metadata }: Pick<KubeObject, 'metadata'>): boolean =>
  pruneMark({ metadata })?.mode === 'keep';

interface Fate {
  readonly action: 'prune' | 'keep' | 'confirm';
  readonly reason: string;
}

/**
 * What becomes of an object of ours that git does not have any more. Its own annotation decides; else what the file said of it when it was
 * delivered last and says of its app now, the stricter of both: a commit cannot drop an object and its protection together. A kind that
 * holds data, or others' objects, stays unless the object itself says otherwise.
 */
function fateOf(entry: InventoryEntry, live: KubeObject, words: PruneWords): Fate {
  if (words.isTeardown && staysAtDeletion(live))
    return { action: 'keep', reason: `its annotation ${SYNC_OPTIONS} says Delete=false` };
  const said = pruneMark(live);
  if (said?.mode === 'keep')
    return { action: 'keep', reason: `its annotation ${said.by} says ${said.value}` };
  if (said === undefined && builtinKind(gvkOf(entry))?.isNeverPruned) {
    return { action: 'keep', reason: `a ${entry.kind} is never pruned; delete it by hand` };
  }
  const mode = said?.mode ?? stricter(entry.prune, words.pruneModes?.get(entry.app));
  if (mode === 'keep') return { action: 'keep', reason: 'prune: keep of pilotage.yaml was said of it' };
  // Deleting an environment with what it delivered is a person's word itself.
  const isConfirmed = words.isTeardown || words.confirmed?.has(live.metadata.uid ?? '') === true;
  if (mode === 'auto' || isConfirmed) return { action: 'prune', reason: 'it is not in git any more' };
  const by = said
    ? `its annotation ${said.by} says ${said.value}`
    : 'prune: confirm of pilotage.yaml was said of it';
  return {
    action: 'confirm',
    reason: `it is not in git any more, and ${by}: pilotage confirm ${words.environment}`,
  };
}

const stricter = (a: PruneMode = 'auto', b: PruneMode = 'auto'): PruneMode =>
  (['keep', 'confirm'] as const).find((mode) => a === mode || b === mode) ?? 'auto';

interface PruneFacts {
  readonly desired: readonly unknown[];
  readonly inventory: readonly InventoryEntry[];
  readonly confirmedPrune: boolean;
  readonly confirmed?: ReadonlySet<string> | undefined;
  readonly environment: string;
}

/** Losing most of an environment is more often an accident than a wish (argo-cd #9227, #18480): a person confirms it. */
export function pruneRefusal(
  steps: readonly Step[],
  { desired, inventory: all, confirmedPrune, confirmed, environment }: PruneFacts,
): readonly Problem[] {
  // Hooks come and go: neither they nor their number say how much of an environment is lost.
  const pruned = steps.filter((step) => step.action === 'prune' && !step.isHook);
  if (pruned.length === 0) return [];
  const inventory = all.filter(({ hook }) => !hook);
  if (desired.length === 0) return [emptyRender(environment, inventory.length)];
  const isAgreed = confirmedPrune || pruned.every((step) => isConfirmed(step, confirmed));
  if (pruned.length * 2 <= inventory.length || isAgreed) return [];
  return [
    {
      reason: 'PruneNotConfirmed',
      message: `${pruned.length} of ${inventory.length} objects would be pruned, more than half`,
      remedy: `If that is meant: pilotage sync ${environment} --confirm-prune`,
      details: pruned.map(({ ref }) => formatRef(ref)),
    },
  ];
}

/** Whether a person has let this very object be deleted. */
export const isConfirmed = (step: Step, confirmed: ReadonlySet<string> | undefined): boolean =>
  'live' in step && confirmed?.has(step.live?.metadata.uid ?? '') === true;

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

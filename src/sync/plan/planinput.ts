import type { ObjectRef, Resource } from '../../kube/values/types.ts';
import type { PruneMode } from '../../model/deliveryfile.ts';
import type { HookRecord, InventoryEntry } from '../../model/types.ts';
import type { DueHook } from './hooks/due.ts';
import { type Owners, presenceOf } from './presence.ts';
import { refKey } from './refkey.ts';
import type { WithSealed } from './sealed.ts';
import type { Desired, Observation } from './types.ts';

export interface PlanInput extends Owners {
  readonly desired: readonly Desired[];
  readonly inventory: readonly InventoryEntry[];
  readonly hooks?: PlannedHooks;
  /** `refKey` → what was found: an entry for every desired object and every inventory entry. */
  readonly observed: ReadonlyMap<string, Observation>;
  /** `refKey` → what the last complete apply wrote: the memory of which fields were ours. */
  readonly previous: ReadonlyMap<string, WithSealed>;
  /** UIDs of what a person lets this environment take over. */
  readonly adopted: ReadonlySet<string>;
  readonly resourceOf: (ref: ObjectRef) => Resource | undefined;
  /** App → what becomes of what it drops, where that is not `auto`. */
  readonly pruneModes?: ReadonlyMap<string, PruneMode>;
  /** UIDs of what a person lets this revision delete. */
  readonly confirmed?: ReadonlySet<string>;
  /** All of the environment is to go, which a person has asked for. */
  readonly isTeardown?: boolean;
  /** A person has agreed to prune more than half. */
  readonly confirmedPrune: boolean;
  /** A person has agreed to the outage of deleting and creating objects again. */
  readonly confirmedRecreate: boolean;
  /** Named in messages as the place to look. */
  readonly environment: string;
}

/** The hooks of what is desired. */
export interface PlannedHooks {
  readonly due: readonly DueHook[];
  /** `refKey` of all, and of those whose object is to be deleted. */
  readonly all: ReadonlySet<string>;
  readonly spent: ReadonlySet<string>;
  /** A hook of the revision before that still works. */
  readonly busy?: HookRecord;
}

/** What a look has found of an object that is not desired. */
export function foundOf(ref: ObjectRef, input: PlanInput) {
  const live = input.observed.get(refKey(ref))?.live;
  return { live, presence: presenceOf(live, input), resource: input.resourceOf(ref) };
}

import type { KubeObject } from '../../kube/values/types.ts';
import { holderOf } from './tracking.ts';
import type { Owner } from './types.ts';

/** How an object is found in the cluster, and whose it is. */
export type Presence = 'absent' | 'deleting' | 'ours' | 'unowned' | 'foreign';

export interface Owners {
  readonly owner: Owner;
  /** `shop/prod`: every environment that there is. What another left behind that is gone belongs to nobody. */
  readonly environments: { has(name: string): boolean };
}

export function presenceOf(live: KubeObject | undefined, { owner, environments }: Owners): Presence {
  if (live === undefined) return 'absent';
  if (live.metadata.deletionTimestamp !== undefined) return 'deleting';
  const holder = holderOf(live, owner);
  if (holder.type === 'ours') return 'ours';
  const nobodys = holder.type === 'none' || (holder.environment && !environments.has(holder.environment));
  return nobodys ? 'unowned' : 'foreign';
}

/** What holds an object that is being deleted, as the end of a sentence. */
export function finalizersOf({ metadata }: KubeObject): string {
  const { finalizers = [] } = metadata;
  return finalizers.length > 0 ? `, held by finalizer ${finalizers.join(', ')}` : '';
}

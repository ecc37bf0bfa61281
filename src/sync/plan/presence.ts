import { isObject } from '../../kube/values/equal.ts';
import type { KubeObject } from '../../kube/values/types.ts';
import { holderOf } from './tracking.ts';
import type { Owner } from './types.ts';

/** How an object is found in the cluster, and whose it is. `unowned`: a person may let it be taken over. */
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
  if (holder.type !== 'other') return 'unowned';
  return holder.environment && !environments.has(holder.environment) ? 'unowned' : 'foreign';
}

/** What holds an object that is being deleted, with who put it there as far as the object tells, as the end of a sentence. */
export function finalizersOf({ metadata }: KubeObject): string {
  const named = (metadata.finalizers ?? []).map((name) => {
    const by = managersOf(metadata.managedFields, name);
    return by.length > 0 ? `${name} (put there by ${by.join(' and ')})` : name;
  });
  return named.length > 0 ? `, held by finalizer ${named.join(', ')}` : '';
}

function managersOf(entries: KubeObject['metadata']['managedFields'], finalizer: string): readonly string[] {
  const key = `v:${JSON.stringify(finalizer)}`;
  const holders = (entries ?? []).filter(({ fieldsV1 }) => {
    const metadata = isObject(fieldsV1) ? fieldsV1['f:metadata'] : undefined;
    const held = isObject(metadata) ? metadata['f:finalizers'] : undefined;
    return isObject(held) && key in held;
  });
  return [...new Set(holders.map(({ manager }) => manager))];
}

/** What to do about an object that a finalizer holds. */
export const finalizerRemedy = ({ kind, metadata }: KubeObject): string => {
  const where = metadata.namespace ? `-n ${metadata.namespace} ` : '';
  return `A finalizer is taken off by whoever put it there, once it has cleaned up. Where that does not run any more: kubectl ${where}patch ${kind.toLowerCase()} ${metadata.name} --type merge -p '{"metadata":{"finalizers":null}}'`;
};

import { type Awaitable, after } from '../../../base/awaitable.ts';
import type { KubeObject } from '../../../kube/values/types.ts';
import { StaleRevision } from '../../store/failures.ts';
import { ABSENT, type Entry } from '../../store/types.ts';
import type { AdmissionAttributes } from '../admission/plugin.ts';
import type { ApiContext } from '../context.ts';
import type { Kind } from '../kinds/kind.ts';
import { draft, toStored } from '../stored.ts';
import type { Stored } from '../types.ts';

/** What a write comes to, decided on one state of its object. `object` is in the version of the request. */
export type Outcome =
  | {
      /** `delete`: nothing holds the object any more, and this is its last state. */
      readonly type: 'put' | 'delete';
      readonly object: KubeObject;
      readonly attributes: AdmissionAttributes;
    }
  /** Nothing to write; the live object may not be durable yet. */
  | { readonly type: 'keep'; readonly object: KubeObject };

export interface WriteTarget {
  readonly kind: Kind;
  /** In the store. */
  readonly key: string;
  readonly dryRun?: boolean | undefined;
}

export interface Finished {
  readonly outcome: Outcome;
  readonly stored: Stored;
  /** There was no object before. */
  readonly created: boolean;
}

/**
 * The one loop through which everything is written (apiserver `storage.Interface` GuaranteedUpdate): `decide` looks at the latest
 * state, may wait, and what it comes to is stored if that state is still the latest; if not, it decides again. So no writer
 * overwrites what it has not seen, and a round is lost only to a write that another has won. Where nothing waits, the first round
 * succeeds. `decide` refuses by throwing; a conflict with the version that a client has named is such a refusal. A dry run, too, is
 * answered only when the state that it was decided on is durable: readers do not see it before.
 */
export async function guaranteedUpdate(
  context: ApiContext,
  target: WriteTarget,
  decide: (live: Entry | undefined) => Awaitable<Outcome>,
): Promise<Finished> {
  for (;;) {
    const live = context.store.latest(target.key);
    const deciding = after(context.views.prepare(target.kind, [live]), () => decide(live));
    const hasWaited = deciding instanceof Promise;
    const outcome = hasWaited ? await deciding : deciding;
    const created = live === undefined;
    if (outcome.type !== 'keep') {
      if (hasWaited && !isStillValid(context, target.kind, outcome)) continue;
      context.admission.confirm(outcome.attributes);
    }
    if (target.dryRun) {
      if (context.store.get(target.key) !== live) await context.store.settled();
      return { outcome, stored: draft(outcome.object), created };
    }
    const entry = await staged(context, target, live, outcome);
    if (!entry) continue;
    if (outcome.type !== 'keep') {
      context.onWrite(target.kind, entry.object, context.store.get(target.key) !== undefined);
    }
    const preparing = context.views.prepare(target.kind, [entry]);
    if (preparing instanceof Promise) await preparing;
    return { outcome, stored: context.views.of(target.kind, entry), created };
  }
}

/** What a kind says about other objects (an address that is taken) is decided again when they may have changed. */
function isStillValid(
  context: ApiContext,
  { strategy }: Kind,
  { type, object, attributes }: Exclude<Outcome, { type: 'keep' }>,
): boolean {
  if (type === 'delete') return true;
  return (strategy.validate?.(object, attributes.live, context, attributes.subresource) ?? []).length === 0;
}

/** undefined: another write came first. */
async function staged(
  { store }: ApiContext,
  { kind, key }: WriteTarget,
  live: Entry | undefined,
  { type, object }: Outcome,
): Promise<Entry | undefined> {
  const expected = live?.revision ?? ABSENT;
  try {
    const converting = toStored(kind, object);
    const stored = converting instanceof Promise ? await converting : converting;
    if (type === 'delete') return await store.delete(key, expected, stored);
    return await store.put(key, stored, expected);
  } catch (error) {
    if (error instanceof StaleRevision) return undefined;
    throw error;
  }
}

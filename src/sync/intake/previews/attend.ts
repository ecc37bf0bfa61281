import type { Clock } from '../../../base/clock.ts';
import type { Again } from '../../../base/queue.ts';
import type { KubeClient } from '../../../kube/client/client.ts';
import { notFoundAsUndefined } from '../../../kube/values/status.ts';
import { deliveryOf } from '../../../model/names.ts';
import { expiryOf, PREVIEW_PREFIX, sleepOf } from '../../../model/previews.ts';
import { ENVIRONMENTS, type Environment, PILOTAGE_NAMESPACE } from '../../../model/types.ts';

/** While something is due and waits: for a remote that answers, say. */
const AGAIN_MS = 15_000;

export interface AttendOptions {
  readonly home: KubeClient;
  readonly clock: Clock;
  /** Decides anew which previews a delivery has. */
  readonly decideAgain: (delivery: string) => Promise<void>;
}

/** When the next thing happens to a preview by itself, in milliseconds; undefined for any other environment, and for one that ends. */
export function dueOf({ metadata, spec: { preview } }: Environment): number | undefined {
  if (preview === undefined || metadata.deletionTimestamp !== undefined) return undefined;
  const { missingSince } = preview;
  return Math.min(
    expiryOf(preview),
    sleepOf(preview) ?? Number.POSITIVE_INFINITY,
    missingSince === undefined ? Number.POSITIVE_INFINITY : Date.parse(missingSince),
  );
}

/** Has it decided anew where the time of a preview has come, or its place is free; tells when to look again. */
export async function attend({ home, clock, decideAgain }: AttendOptions, name: string): Promise<Again> {
  const delivery = deliveryOf(name);
  if (!name.slice(delivery.length + 1).startsWith(PREVIEW_PREFIX)) return undefined;
  const environment = await home
    .get(ENVIRONMENTS, { namespace: PILOTAGE_NAMESPACE, name })
    .catch(notFoundAsUndefined);
  if (environment === undefined) {
    await decideAgain(delivery);
    return undefined;
  }
  const due = dueOf(environment);
  if (due === undefined) return undefined;
  const afterMs = due - clock.now();
  if (afterMs > 0) return { afterMs };
  await decideAgain(delivery);
  return { afterMs: AGAIN_MS };
}

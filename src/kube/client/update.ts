import { type Clock, sleep } from '../../base/clock.ts';
import { isConflict } from '../values/status.ts';
import type { KubeObject, Resource } from '../values/types.ts';
import type { KubeClient, ObjectKey, WriteOptions } from './client.ts';

export interface UpdateOptions<T extends KubeObject> extends WriteOptions {
  readonly client: KubeClient;
  readonly resource: Resource<T>;
  readonly key: ObjectKey;
  /** The object as it was known last; default: it is read first. */
  readonly known?: T;
  /** Pure: the object as it should be; undefined when it is so already, and nothing is written. */
  readonly change: (current: T) => T | undefined;
  /** For pauses between attempts; absent: they follow at once. */
  readonly clock?: Clock;
}

/** A conflict is tried again at once, then after 5 ms, 10 ms …: a write by another may not be readable before it is durable. */
const MOST_ATTEMPTS = 20;
const RETRY_MS = 5;

/**
 * Changes an object under optimistic concurrency: on a conflict the change is made again on the object as it is then (client-go
 * `util/retry` RetryOnConflict). Resolves with the object as stored; rejects with NotFound when it is gone, and with the conflict after
 * twenty attempts.
 */
export async function updateObject<T extends KubeObject>(options: UpdateOptions<T>): Promise<T> {
  const { client, resource, key, known, change, clock, ...write } = options;
  for (let attempt = 0; ; attempt++) {
    try {
      const current = (attempt === 0 ? known : undefined) ?? (await client.get(resource, key));
      const changed = change(current);
      return changed === undefined ? current : await client.update(resource, changed, write);
    } catch (error) {
      if (!isConflict(error) || attempt >= MOST_ATTEMPTS) throw error;
      if (clock && attempt > 0) await sleep(clock, RETRY_MS * attempt);
    }
  }
}

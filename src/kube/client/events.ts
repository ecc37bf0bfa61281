import { type Clock, rfc3339 } from '../../base/clock.ts';
import { problemOf } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import type { KubeEvent } from '../kinds/objects.data.ts';
import { EVENTS } from '../kinds/resources.data.ts';
import { isNotFound } from '../values/status.ts';
import { apiVersionOf, type KubeObject } from '../values/types.ts';
import type { KubeClient } from './client.ts';

export interface EventRecorder {
  /** Tells what happened to an object, best effort: never rejects, never waits. The same words again raise the count of the first. */
  record(
    object: KubeObject,
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
    fieldPath?: string,
  ): void;
  /** Resolves when what was recorded so far has been sent or given up. */
  flush(): Promise<void>;
}

export interface EventRecorderOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly logger: Logger;
  /** `pilotage-agent`: shown in the column FROM. */
  readonly component: string;
  readonly host?: string;
}

interface Known {
  readonly namespace: string;
  readonly name: string;
  count: number;
}

/** Events wait here while the API is away; older ones are the first to be forgotten. */
const QUEUE = 200;
/** Remembered for counting; client-go keeps 4096. */
const REMEMBERED = 1_000;
/** etcd's and our limit of a name is 253; the suffix takes 17. */
const NAME = 236;

/** Counts as client-go `tools/record` does: an event that says the same of the same object is patched, not created again. */
export function createEventRecorder(options: EventRecorderOptions): EventRecorder {
  const { client, clock, component, host } = options;
  const logger = options.logger.child({ component: 'events' });
  const known = new Map<string, Known>();
  const waiting: (() => Promise<void>)[] = [];
  let sending: Promise<void> | undefined;

  async function send(key: string, event: KubeEvent): Promise<void> {
    const before = known.get(key);
    if (before && (await raise(before, event))) return;
    const created = await client.create(EVENTS, event, { namespace: event.metadata.namespace ?? 'default' });
    const { namespace = '', name = '' } = created.metadata;
    known.set(key, { namespace, name, count: 1 });
    const oldest = known.size > REMEMBERED ? known.keys().next().value : undefined;
    if (oldest !== undefined) known.delete(oldest);
  }

  /** False when the first one is gone: events live for an hour. */
  async function raise(before: Known, event: KubeEvent): Promise<boolean> {
    const body = { count: before.count + 1, lastTimestamp: event.lastTimestamp ?? '' };
    try {
      await client.patch(EVENTS, before, { type: 'merge', body });
      before.count = body.count;
      return true;
    } catch (error) {
      if (isNotFound(error)) return false;
      throw error;
    }
  }

  async function drain(): Promise<void> {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      await next().catch((error: unknown) =>
        logger.debug({ error: problemOf(error).message }, 'an event is lost'),
      );
    }
    sending = undefined;
  }

  return {
    record(object, type, reason, message, fieldPath) {
      const key = JSON.stringify([
        object.metadata.uid ?? object.metadata.name,
        type,
        reason,
        message,
        fieldPath,
      ]);
      const event = describe(object, type, reason, message, fieldPath);
      waiting.push(() => send(key, event));
      if (waiting.length > QUEUE) waiting.shift();
      sending ??= drain();
    },
    async flush() {
      await sending;
    },
  };

  function describe(
    object: KubeObject,
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
    fieldPath: string | undefined,
  ): KubeEvent {
    const { name = '', namespace = 'default', uid, resourceVersion } = object.metadata;
    const now = rfc3339(clock.now());
    return {
      apiVersion: apiVersionOf(EVENTS),
      kind: EVENTS.kind,
      metadata: { generateName: `${name.slice(0, NAME)}.`, namespace },
      involvedObject: {
        apiVersion: object.apiVersion,
        kind: object.kind,
        namespace,
        name,
        ...(uid ? { uid } : {}),
        ...(resourceVersion ? { resourceVersion } : {}),
        ...(fieldPath ? { fieldPath } : {}),
      },
      type,
      reason,
      message,
      count: 1,
      firstTimestamp: now,
      lastTimestamp: now,
      source: { component, ...(host ? { host } : {}) },
      reportingComponent: component,
      reportingInstance: host ?? '',
    };
  }
}

import type { Clock } from '../base/clock.ts';
import { problemOf } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { Again } from '../base/queue.ts';
import type { KubeClient } from '../kube/client/client.ts';
import { type Controller, createController, watch } from '../kube/client/controller.ts';
import { updateObject } from '../kube/client/update.ts';
import { notFoundAsUndefined } from '../kube/values/status.ts';
import type { Watched } from '../model/advancedclient.ts';
import type { Lost } from '../model/notified.ts';
import { ENVIRONMENTS, type Environment, PILOTAGE_NAMESPACE } from '../model/types.ts';
import { type Channel, type ChannelStore, isFor } from './channels/store.ts';
import { type Owed, toldOf, withTold } from './decide/told.ts';
import { messageOf } from './group.ts';
import { Refused, type Roads, send } from './send.ts';

export interface SenderOptions {
  readonly home: KubeClient;
  readonly watched: Watched;
  readonly channels: ChannelStore;
  readonly roads: Roads;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What happens within this time is one message. */
export const GROUP_MS = 5_000;
/** A channel gets no more than a message in this time. */
export const APART_MS = 30_000;
const RETRY_MS = { first: 30_000, most: 15 * 60_000 };
/** What could not be told by then is old news. */
export const GIVEN_UP_MS = 24 * 60 * 60_000;

/** What is known of a channel by this process alone: after a restart it is asked at once. */
interface Line {
  readonly sentAt?: number;
  readonly failures: number;
  readonly notBefore: number;
}

/** A notice on the record of an environment. */
interface Entry {
  readonly environment: Environment;
  readonly owed: Owed;
}

/**
 * Sends what environments owe, a channel at a time, and takes it off their records once it was taken there: after a crash in between it is
 * sent again. Nothing waits for it but itself.
 */
export function createSender({ home, watched, channels, roads, clock, logger }: SenderOptions): Controller {
  const { environments } = watched;
  const owedTo = environments.index((one) => [...new Set(toldOf(one)?.owed.map(({ to }) => to) ?? [])]);
  const lines = new Map<string, Line>();
  /** Sent or lost, while the informer may still say that it is owed. */
  const settled = new Map<string, Set<string>>();

  function entriesFor(name: string): readonly Entry[] {
    const done = settled.get(name);
    const all = owedTo(name).flatMap((environment) =>
      (toldOf(environment)?.owed ?? [])
        .filter(({ to }) => to === name)
        .map((owed) => ({ environment, owed })),
    );
    const keys = new Set(all.map(keyOf));
    for (const key of done ?? []) if (!keys.has(key)) done?.delete(key);
    return all.filter((entry) => !done?.has(keyOf(entry)));
  }

  /** Takes entries off the records of their environments. */
  async function settle(name: string, entries: readonly Entry[], why?: string): Promise<void> {
    const done = settled.get(name) ?? new Set();
    settled.set(name, done);
    for (const entry of entries) done.add(keyOf(entry));
    for (const object of new Set(entries.map(({ environment }) => environment.metadata.name ?? ''))) {
      const of = entries.filter(({ environment }) => environment.metadata.name === object);
      const gone = new Set(of.map(({ owed }) => JSON.stringify(owed)));
      await updateObject({
        client: home,
        resource: ENVIRONMENTS,
        key: { namespace: PILOTAGE_NAMESPACE, name: object },
        change(current: Environment) {
          const told = toldOf(current);
          if (!told) return undefined;
          const owed = told.owed.filter((one) => !gone.has(JSON.stringify(one)));
          const { lost, ...rest } = told;
          const next =
            why === undefined ? keptLost(lost, name) : addedLost(lost, name, of.length, why, clock.now());
          return withTold(current, { ...rest, owed, ...(next ? { lost: next } : {}) });
        },
      }).catch(notFoundAsUndefined);
    }
  }

  async function reconcile(name: string): Promise<Again> {
    const entries = entriesFor(name);
    if (entries.length === 0) return undefined;
    const now = clock.now();
    const channel = await channels.find(name);
    const refused = entries.filter(({ environment: { spec } }) => !channel || !isFor(channel, spec.delivery));
    if (!channel || refused.length > 0) {
      const why = channel
        ? `channel ${name} is not for this delivery`
        : `there is no channel ${name}: pilotage notify add ${name}`;
      await settle(name, refused, why);
      return { afterMs: 1 };
    }
    const line = lines.get(name) ?? { failures: 0, notBefore: 0 };
    const first = Math.min(...entries.map(({ owed }) => owed.at));
    const due = Math.max(first + GROUP_MS, (line.sentAt ?? 0) + APART_MS, line.notBefore);
    // A clock that was set back must not hold a message for longer than the pace does.
    if (due > now) return { afterMs: Math.min(due - now, RETRY_MS.most) };
    return sendAll(channel, line, entries);
  }

  async function sendAll(channel: Channel, line: Line, entries: readonly Entry[]): Promise<Again> {
    const { name } = channel;
    const notices = entries.map(({ environment: { spec }, owed: { to: _to, ...notice } }) => ({
      ...notice,
      delivery: spec.delivery,
      environment: spec.environment,
    }));
    try {
      await send(roads, channel, messageOf(notices), clock.now());
    } catch (error) {
      const { message } = problemOf(error);
      const now = clock.now();
      const pace = Math.min(RETRY_MS.first * 2 ** line.failures, RETRY_MS.most);
      const afterMs = Math.max(pace, (error instanceof Refused && error.afterMs) || 0);
      lines.set(name, { ...line, failures: line.failures + 1, notBefore: now + afterMs });
      logger.warn({ channel: name, message, again: afterMs }, 'not told');
      await channels.note(channel, { ok: false, at: now, message });
      const old = entries.filter(({ owed }) => now - owed.at >= GIVEN_UP_MS);
      if (old.length > 0) await settle(name, old, `channel ${name}: ${message}`);
      return { afterMs };
    }
    lines.set(name, { sentAt: clock.now(), failures: 0, notBefore: 0 });
    await settle(name, entries);
    await channels.note(channel, { ok: true, at: clock.now() });
    return { afterMs: APART_MS };
  }

  return createController({
    name: 'notifications',
    clock,
    logger,
    // One that hangs takes one of these until it is timed out.
    concurrency: 16,
    watches: [watch(environments, (one) => [...new Set(toldOf(one)?.owed.map(({ to }) => to) ?? [])])],
    reconcile,
  });
}

const keyOf = ({ environment, owed }: Entry): string => `${environment.metadata.uid} ${JSON.stringify(owed)}`;

/** What was lost on the way to a channel is no news once that has been told something. */
const keptLost = (lost: Lost | undefined, to: string): Lost | undefined =>
  lost?.to === to ? undefined : lost;

const addedLost = (lost: Lost | undefined, to: string, count: number, why: string, at: number): Lost => ({
  to,
  count: (lost?.to === to ? lost.count : 0) + count,
  at,
  why,
});

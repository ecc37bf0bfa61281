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
  /** Sent, or lost and why, while it may still stand on record that it is owed: a write may have failed, and what an informer says is late. */
  const settled = new Map<string, Map<string, string | undefined>>();

  const settledOf = (name: string): Map<string, string | undefined> => {
    const done = settled.get(name) ?? new Map();
    settled.set(name, done);
    return done;
  };

  /** All that stands on record. */
  function entriesFor(name: string): readonly Entry[] {
    const all = owedTo(name).flatMap((environment) =>
      (toldOf(environment)?.owed ?? [])
        .filter(({ to }) => to === name)
        .map((owed) => ({ environment, owed })),
    );
    const done = settledOf(name);
    const keys = new Set(all.map(keyOf));
    for (const key of [...done.keys()]) if (!keys.has(key)) done.delete(key);
    return all;
  }

  /** Of what is settled nothing stays on record: after a restart it would be sent again. */
  async function writeOff(name: string, entries: readonly Entry[]): Promise<void> {
    const done = settledOf(name);
    for (const why of new Set(entries.map((entry) => done.get(keyOf(entry))))) {
      const those = entries.filter((entry) => done.get(keyOf(entry)) === why);
      for (const object of new Set(those.map(({ environment }) => environment.metadata.name ?? '')))
        await takeOff(
          name,
          object,
          those.filter(({ environment }) => environment.metadata.name === object),
          why,
        );
    }
  }

  /** Takes entries off the record of their environment. */
  async function takeOff(name: string, object: string, entries: readonly Entry[], why: string | undefined) {
    const gone = new Set(entries.map(({ owed }) => JSON.stringify(owed)));
    await updateObject({
      client: home,
      resource: ENVIRONMENTS,
      key: { namespace: PILOTAGE_NAMESPACE, name: object },
      change(current: Environment) {
        const told = toldOf(current);
        if (!told) return undefined;
        const owed = told.owed.filter((one) => !gone.has(JSON.stringify(one)));
        const count = told.owed.length - owed.length;
        if (count === 0) return undefined;
        const { lost, ...rest } = told;
        const next =
          why === undefined ? keptLost(lost, name) : addedLost(lost, name, count, why, clock.now());
        return withTold(current, { ...rest, owed, ...(next ? { lost: next } : {}) });
      },
    }).catch(notFoundAsUndefined);
  }

  async function settle(name: string, entries: readonly Entry[], why?: string): Promise<void> {
    const done = settledOf(name);
    for (const entry of entries) done.set(keyOf(entry), why);
    await writeOff(name, entries);
  }

  async function reconcile(name: string): Promise<Again> {
    const all = entriesFor(name);
    const done = settledOf(name);
    await writeOff(
      name,
      all.filter((entry) => done.has(keyOf(entry))),
    );
    const entries = all.filter((entry) => !done.has(keyOf(entry)));
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

import type { EnvironmentEntry } from './deliveryfile.ts';
import { NOTIFIED, type Notified } from './kinds/common.ts';
import { NOTIFICATION } from './pilotagegrammar.ts';
import { type Cursor, complain, type Item, readList } from './reader.ts';
import type { NotifyRule } from './types.ts';

/** What is told where a rule does not say: all that asks for somebody, and that it is over. */
const BY_DEFAULT: readonly Notified[] = ['failed', 'degraded', 'recovered', 'waiting'];

/** An entry of `notifications:`; without environments it is for all of the file. */
export interface NotificationEntry extends NotifyRule {
  readonly environments?: readonly string[];
}

/** `notifications:` of the file; `environments` are those of the file. */
export function readNotifications(
  at: Cursor | undefined,
  environments: readonly Item<EnvironmentEntry>[],
): readonly NotificationEntry[] {
  return readList(at).flatMap((item) => {
    const fields = NOTIFICATION.open(item);
    if (!NOTIFICATION.isComplete(item, fields)) return [];
    const to = fields.to.read();
    const on = (fields.events.at && fields.events.read()) ?? BY_DEFAULT;
    if (fields.events.at && readList(fields.events.at).length === 0)
      complain(fields.events.at, 'WrongValue', 'names nothing to tell', `Known: ${NOTIFIED.join(', ')}.`);
    for (const one of readList(fields.environments.at)) unknownEnvironment(one, environments);
    const named = fields.environments.at && fields.environments.read();
    return to === undefined ? [] : [{ to, on: [...new Set(on)], ...(named ? { environments: named } : {}) }];
  });
}

function unknownEnvironment(at: Cursor, environments: readonly Item<EnvironmentEntry>[]): void {
  const { value } = at;
  if (typeof value !== 'string' || environments.some(({ entry }) => entry.name === value)) return;
  const known = environments.map(({ entry }) => entry.name).join(', ');
  complain(at, 'UnknownEnvironment', `${value} is not an environment of this file`, `Known: ${known}.`);
}

/** An environment with the rules that are for it, each channel once. */
export function notifying(entry: EnvironmentEntry, told: readonly NotificationEntry[]): EnvironmentEntry {
  const byChannel = new Map<string, Set<Notified>>();
  for (const { to, on, environments } of told) {
    if (environments && !environments.includes(entry.name)) continue;
    byChannel.set(to, new Set([...(byChannel.get(to) ?? []), ...on]));
  }
  if (byChannel.size === 0) return entry;
  return { ...entry, notify: [...byChannel].map(([to, on]) => ({ to, on: [...on] })) };
}

/** `failed and recovered to team-slack`. */
export const notifyText = (rules: readonly NotifyRule[]): string =>
  rules.map(({ to, on }) => `${on.join(' and ')} to ${to}`).join(', ');

import { count, duration, map } from '../../model/grammar.ts';
import { type Cursor, complain, entriesOf } from '../../model/reader.ts';

/** A number of people; or that, of whom so many of each group, none longer ago than `expires` milliseconds. */
export type ApprovalsSetting =
  | number
  | {
      readonly count: number;
      readonly groups?: Readonly<Record<string, number>>;
      readonly expires?: number;
    };

export interface Asked {
  readonly count: number;
  readonly groups: Readonly<Record<string, number>>;
  readonly expires: number | undefined;
}

const groups = {
  schema: { type: 'object', additionalProperties: { type: 'integer', minimum: 1 } },
  read: () => undefined,
};
const WHOLE = map({ count, groups, expires: duration });

export const SCHEMA = { anyOf: [count.schema, WHOLE.schema] };

export function askedBy(setting: ApprovalsSetting): Asked {
  if (typeof setting === 'number') return { count: setting, groups: {}, expires: undefined };
  return { count: setting.count, groups: setting.groups ?? {}, expires: setting.expires };
}

export function read(at: Cursor): ApprovalsSetting | undefined {
  if (typeof at.value !== 'object' || at.value === null || Array.isArray(at.value)) return count.read(at);
  const fields = WHOLE.open(at);
  const entries = entriesOf(fields.groups.at).map(([group, one]) => [group, count.read(one), one] as const);
  const none = entries.find(([, needed]) => needed === 0);
  if (none) return complain(none[2], 'WrongValue', 'must be 1 or more', 'Leave the group out.');
  if (entries.some(([, needed]) => needed === undefined)) return undefined;
  const named = Object.fromEntries(entries.map(([group, needed]) => [group, needed ?? 0]));
  const sum = Object.values(named).reduce((all, one) => all + one, 0);
  const [total, expires] = [fields.count.read() ?? sum, fields.expires.read()];
  if (total < sum)
    return complain(
      fields.count.at ?? at,
      'WrongValue',
      `is ${total}, and its groups ask for ${sum} people`,
      'One person approves for one group: name their sum, or leave `count` out.',
    );
  if (total === 0) return complain(at, 'MissingField', 'asks for nobody', 'Name a `count`, or `groups`.');
  if (expires === 0)
    return complain(fields.expires.at ?? at, 'WrongValue', 'must be more than 0', 'As in 24h.');
  return {
    count: total,
    ...(sum > 0 ? { groups: named } : {}),
    ...(expires === undefined ? {} : { expires }),
  };
}

/** More people, more of each group, and a shorter memory stop all that less of them stopped. */
export function isAsStrict(next: ApprovalsSetting, before: ApprovalsSetting): boolean {
  const [now, then] = [askedBy(next), askedBy(before)];
  const isSoon = then.expires === undefined || (now.expires !== undefined && now.expires <= then.expires);
  const keepsGroups = Object.entries(then.groups).every(
    ([group, needed]) => (now.groups[group] ?? 0) >= needed,
  );
  return now.count >= then.count && keepsGroups && isSoon;
}

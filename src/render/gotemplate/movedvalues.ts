import type { GeneratedValues } from '../recorded.ts';
import { type CallSite, parseSite } from './callsite.ts';

/** The parts of a site of which one may change while the call stays the same one. */
const MAY_CHANGE = ['template', 'object', 'path'] as const;

interface Site {
  readonly key: string;
  readonly site: CallSite;
}

/**
 * Calls of before that have moved: by the key that a call has now, the one that it had. A template file that is renamed, an object that
 * gets another name, another key above the value leave the call what it was, and a password must not change for that.
 *
 * A pair is a call that made its value in this render, and a value of before that this render does not use. They are the same call where
 * function, arguments and the text before the value are equal, one other part differs, and there is no second pair that either fits in:
 * a guess would give a password to something else.
 *
 * @param before the values that the render was given
 * @param inUse keys of those that the last render used: an older one belongs to a commit that may come back
 * @param used what this render used
 */
export function movedSites(
  before: GeneratedValues,
  inUse: readonly string[],
  used: GeneratedValues,
): ReadonlyMap<string, string> {
  const fresh = sitesOf(Object.keys(used).filter((key) => !Object.hasOwn(before, key)));
  const left = sitesOf(inUse.filter((key) => Object.hasOwn(before, key) && !Object.hasOwn(used, key)));
  const pairs = fresh.flatMap((now) =>
    left.filter((then) => isMoved(now.site, then.site)).map((then) => [now.key, then.key] as const),
  );
  const partners = counted(pairs.flat());
  return new Map(pairs.filter((pair) => pair.every((key) => partners.get(key) === 1)));
}

function counted(keys: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

/** The values of before under the keys that their calls have now. */
export function withMoved(before: GeneratedValues, moved: ReadonlyMap<string, string>): GeneratedValues {
  const gone = new Set(moved.values());
  const values = Object.entries(before).filter(([key]) => !gone.has(key));
  for (const [now, then] of moved) {
    const value = before[then];
    if (value) values.push([now, { ...value, template: parseSite(now)?.template ?? value.template }]);
  }
  return Object.fromEntries(values);
}

const sitesOf = (keys: readonly string[]): readonly Site[] =>
  keys.flatMap((key) => {
    const site = parseSite(key);
    return site ? [{ key, site }] : [];
  });

const isMoved = (now: CallSite, then: CallSite): boolean =>
  now.function === then.function &&
  now.args === then.args &&
  now.line === then.line &&
  now.count === then.count &&
  MAY_CHANGE.filter((part) => now[part] !== then[part]).length === 1;

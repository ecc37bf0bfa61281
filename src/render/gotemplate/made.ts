import { createHash } from 'node:crypto';
import { canonicalJson } from '../../kube/values/equal.ts';
import { type Generated, type GeneratedValues, textsOf } from '../recorded.ts';
import { formatSite } from './callsite.ts';
import type { Chance } from './chance.ts';
import { createPlaces, type Places } from './places.ts';
import { readRecord, recordValue, type ValueRecord } from './valuerecord.ts';
import { GoError, type Value } from './values.ts';

/**
 * The values of a render that are made once. A function that would make something else each time takes what an earlier render made
 * at the same call, so that the same files give the same objects.
 *
 * A call is named by the template that is rendered, the function, its arguments, and where its value goes (`places.ts`): the object, the
 * keys that it is below, and what stands before it on its line of output; of a value that goes into a variable, the text of the action.
 * Included helpers add their own to that of the line which includes them. So the name survives whatever is written elsewhere: lines that
 * move, further calls before it, a helper that moves to another file. Calls that are equal in all of that are counted. The arguments
 * belong to the name because other arguments ask for another value: a longer password, a certificate of a new authority.
 */
export interface Made {
  /** For the executions of the render: they tell where each call stands. */
  readonly places: Places;
  /** Says which template is rendered from here on: its path with the chart's, not that of a helper which it includes. */
  enter(template: string): void;
  /**
   * What this call made before, or else what `make` makes now. Structs come back without their methods: a function that gives those
   * out keeps what the struct is made of here. @throws GoError where all values are too many or too large to be kept
   */
  take(name: string, args: readonly Value[], make: () => Value): Value;
  /** All that was taken, of before and of now. */
  used(): GeneratedValues;
}

/** All values of an app are kept in one Secret, which has one MiB. */
const MOST_VALUES = 1000;
const MOST_BYTES = 1_000_000;
const TOO_MANY = `the templates of the app make more than ${MOST_VALUES} values that are made once`;
const TOO_LARGE = 'the values that the templates of the app make once have more than 1 MB together';

export function createMade(before: GeneratedValues, { random, now }: Pick<Chance, 'random' | 'now'>): Made {
  const used = new Map<string, Generated>();
  const calls = new Map<string, number>();
  const places = createPlaces();
  const made = new Map<string, string>();
  let template = '';
  let bytes = 0;

  const siteOf = (name: string, args: readonly Value[]): string => {
    const { object, path, line } = places.now();
    const nameOf = (text: string): string => digestOf(withoutMade(text, made));
    const call = {
      ...{ template, function: name, args: digestOf(canonicalJson(args.map(recordValue))) },
      ...{ object: nameOf(object), path: nameOf(path), line: nameOf(line) },
    };
    const first = formatSite({ ...call, count: 1 });
    const count = (calls.get(first) ?? 0) + 1;
    calls.set(first, count);
    return formatSite({ ...call, count });
  };

  const record = (name: string, value: Value): Generated => ({
    function: name,
    template,
    id: Buffer.from(random(4)).toString('hex'),
    since: now().toISOString(),
    value: recordValue(value),
  });

  return {
    places,
    enter(next) {
      template = next;
    },
    take(name, args, make) {
      if (used.size >= MOST_VALUES) throw new GoError(TOO_MANY);
      const site = siteOf(name, args);
      const known = Object.hasOwn(before, site) ? before[site] : undefined;
      const generated = known ?? record(name, make());
      if (!used.has(site)) bytes += Buffer.byteLength(JSON.stringify([site, generated]));
      if (bytes > MOST_BYTES) throw new GoError(TOO_LARGE);
      used.set(site, generated);
      for (const text of stringsOf(generated.value)) made.set(text, name);
      return readRecord(generated.value as ValueRecord);
    },
    used: () => Object.fromEntries(used),
  };
}

/** The time for templates: at each call, when it was made first. A chart that writes it down would be another with each render. */
export const timeOnce =
  (made: Made, now: () => Date): (() => Date) =>
  () =>
    new Date(String(made.take('now', [], () => now().toISOString())));

/** A place may stand behind other values on its line, and is the same when those are renewed. */
function withoutMade(text: string, made: ReadonlyMap<string, string>): string {
  let left = text;
  for (const [value, name] of made) left = left.replaceAll(value, name);
  return left;
}

/** Arguments and what stands before a call may be secrets, and long: a name has room for neither. */
const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 24);

/** Shorter ones are found anywhere. */
const SHORTEST = 4;

/** The texts of a record, and how a Secret has them. */
const stringsOf = (value: unknown): string[] =>
  textsOf(value)
    .filter(({ length }) => length >= SHORTEST)
    .flatMap((text) => [text, Buffer.from(text).toString('base64')]);

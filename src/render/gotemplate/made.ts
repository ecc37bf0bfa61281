import { createHash } from 'node:crypto';
import { canonicalJson } from '../../kube/values/equal.ts';
import type { Generated, GeneratedValues } from '../recorded.ts';
import type { Chance } from './chance.ts';
import { readRecord, recordValue, type ValueRecord } from './valuerecord.ts';
import type { Value } from './values.ts';

/**
 * The values of a render that are made once. A function that would make something else each time takes what an earlier render made
 * at the same call, so that the same files give the same objects.
 *
 * A call is named by the template that is rendered, the function, its arguments, and which of such calls it is in that template. So
 * the name survives whatever is written elsewhere: lines that move, other templates that are added before, a helper that moves to
 * another file. Each round of a loop has a number to itself; of equal calls in one template, those behind a removed one move up. The
 * arguments belong to the name because other arguments ask for another value: a longer password, a certificate of a new authority.
 */
export interface Made {
  /** Says which template is rendered from here on: its path with the chart's, not that of a helper which it includes. */
  enter(template: string): void;
  /**
   * What this call made before, or else what `make` makes now. Structs come back without their methods: a function that gives those
   * out keeps what the struct is made of here.
   */
  take(name: string, args: readonly Value[], make: () => Value): Value;
  /** All that was taken, of before and of now. */
  used(): GeneratedValues;
}

export function createMade(before: GeneratedValues, { random, now }: Pick<Chance, 'random' | 'now'>): Made {
  const used = new Map<string, Generated>();
  const calls = new Map<string, number>();
  let template = '';

  const siteOf = (name: string, args: readonly Value[]): string => {
    const call = `${template} ${name} ${digestOf(args)}`;
    const count = (calls.get(call) ?? 0) + 1;
    calls.set(call, count);
    return `${call} ${count}`;
  };

  const record = (name: string, value: Value): Generated => ({
    function: name,
    template,
    id: Buffer.from(random(4)).toString('hex'),
    since: now().toISOString(),
    value: recordValue(value),
  });

  return {
    enter(next) {
      template = next;
    },
    take(name, args, make) {
      const site = siteOf(name, args);
      const known = Object.hasOwn(before, site) ? before[site] : undefined;
      const generated = known ?? record(name, make());
      used.set(site, generated);
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

/** The arguments may be secrets, and many: a name has room for neither. */
const digestOf = (args: readonly Value[]): string =>
  createHash('sha256')
    .update(canonicalJson(args.map(recordValue)))
    .digest('hex')
    .slice(0, 24);

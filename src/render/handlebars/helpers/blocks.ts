import Handlebars from 'handlebars';
import { type Budget, GoError } from '../../gotemplate/values.ts';
import { HelperError } from '../helper.ts';
import { isMap, isTrue, kindOf, sortedKeys } from '../truth.ts';
import type { Parts } from '../types.ts';

type Body = (context: unknown, options?: { data?: unknown; blockParams?: unknown[] }) => string;
interface BlockOptions {
  readonly fn: Body;
  readonly inverse: Body;
  readonly data: Record<string, unknown>;
}
type Block = (this: unknown, value: unknown, options: BlockOptions) => string;

/** One round of `#each`: the item, and what `@key`, `@index`, `@first` and `@last` are in it. */
export interface Round {
  readonly item: unknown;
  readonly data: {
    readonly key: string | number;
    readonly index: number;
    readonly first: boolean;
    readonly last: boolean;
  };
}

/**
 * What `#each` walks: a list in its order, a map by its keys. Each round is a step of the render's budget.
 * @throws HelperError for anything else, and where the budget is used up
 */
export function roundsOf(value: unknown, { budget }: Pick<Parts, 'budget'>): Round[] {
  if (value !== undefined && value !== null && !Array.isArray(value) && !isMap(value)) {
    throw new HelperError(`#each needs a list or a map, got ${kindOf(value)}`);
  }
  const entries: [string | number, unknown][] = Array.isArray(value)
    ? value.map((item, i) => [i, item])
    : isMap(value)
      ? sortedKeys(value).map((key) => [key, value[key]])
      : [];
  spend(budget, entries.length * STEPS);
  return entries.map(([key, item], index) => ({
    item,
    data: { key, index, first: index === 0, last: index === entries.length - 1 },
  }));
}

/** A round writes something; what functions do in it, they pay for themselves. */
const STEPS = 80;

function spend(budget: Budget, steps: number): void {
  try {
    budget.spend(steps);
  } catch (error) {
    if (error instanceof GoError) throw new HelperError(error.message);
    throw error;
  }
}

function each(this: unknown, value: unknown, options: BlockOptions): string {
  const rounds = roundsOf(value, options.data.parts as Parts);
  if (rounds.length === 0) return options.inverse(this);
  return rounds
    .map(({ item, data: round }) => {
      const data: Record<string, unknown> = Handlebars.createFrame(options.data);
      return options.fn(item, { data: Object.assign(data, round), blockParams: [item, round.key] });
    })
    .join('');
}

/** Go's truth and Go's order in place of Handlebars' own. */
export const BLOCKS: Readonly<Record<string, Block>> = {
  if(value, options) {
    return isTrue(value) ? options.fn(this) : options.inverse(this);
  },
  unless(value, options) {
    return isTrue(value) ? options.inverse(this) : options.fn(this);
  },
  with(value, options) {
    return isTrue(value)
      ? options.fn(value, { data: options.data, blockParams: [value] })
      : options.inverse(this);
  },
  each,
};

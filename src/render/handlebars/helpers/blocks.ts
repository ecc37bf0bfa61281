import Handlebars from 'handlebars';
import { HelperError } from '../helper.ts';
import { isMap, isTrue, kindOf, sortedKeys } from '../truth.ts';

type Body = (context: unknown, options?: { data?: unknown; blockParams?: unknown[] }) => string;
interface BlockOptions {
  readonly fn: Body;
  readonly inverse: Body;
  readonly data: Record<string, unknown>;
}
type Block = (this: unknown, value: unknown, options: BlockOptions) => string;

function each(this: unknown, value: unknown, options: BlockOptions): string {
  if (value !== undefined && value !== null && !Array.isArray(value) && !isMap(value)) {
    throw new HelperError(`#each needs a list or a map, got ${kindOf(value)}`);
  }
  const entries: [string | number, unknown][] = Array.isArray(value)
    ? value.map((item, i) => [i, item])
    : isMap(value)
      ? sortedKeys(value).map((key) => [key, value[key]])
      : [];
  if (entries.length === 0) return options.inverse(this);
  return entries
    .map(([key, item], i) => {
      const data: Record<string, unknown> = Handlebars.createFrame(options.data);
      Object.assign(data, { key, index: i, first: i === 0, last: i === entries.length - 1 });
      return options.fn(item, { data, blockParams: [item, key] });
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

import { type Helper, HelperError, integer, number } from '../helper.ts';

const divisor = (value: unknown): number => {
  const n = integer(value);
  if (n === 0) throw new HelperError('division by zero');
  return n;
};

/** A list longer than this is a mistake, and would fill the renderer's memory. */
const MAX_RANGE = 100_000;

function range(start: number, stop: number, step: number): number[] {
  if (step === 0) throw new HelperError('range: the step must not be 0');
  const count = Math.max(0, Math.ceil((stop - start) / step));
  if (count > MAX_RANGE) throw new HelperError(`range: ${count} numbers are more than ${MAX_RANGE}`);
  return Array.from({ length: count }, (_, i) => start + i * step);
}

export const NUMBERS: Readonly<Record<string, Helper>> = {
  add: (...args) => args.reduce<number>((sum, n) => sum + integer(n), 0),
  sub: (a, b) => integer(a) - integer(b),
  mul: (...args) => args.reduce<number>((product, n) => product * integer(n), 1),
  div: (a, b) => Math.trunc(integer(a) / divisor(b)),
  mod: (a, b) => integer(a) % divisor(b),
  max: (...args) => Math.max(...args.map(integer)),
  min: (...args) => Math.min(...args.map(integer)),
  // sprig's `int "abc"` is 0; here it is an error, because a port 0 that nobody asked for is worse.
  int: integer,
  int64: integer,
  float64: number,
  until: (count) => range(0, integer(count), integer(count) < 0 ? -1 : 1),
  range: (...args) => {
    const [a = 0, b, step = 1] = args.map(integer);
    return b === undefined ? range(0, a, 1) : range(a, b, step);
  },
};

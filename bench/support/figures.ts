export type Unit = 'ms' | 's' | 'MB' | '/s' | '×';

interface More {
  /** The target, where one was set: at most (`<`) or at least (`>`) so much. */
  readonly target?: `${'<' | '>'} ${number}`;
  /** Measurements that the value is the median of. */
  readonly samples?: readonly number[];
  /** What else must be known to read the figure. */
  readonly [detail: string]: unknown;
}

/** One JSON line on stdout. */
export function report(figure: string, value: number, unit: Unit, more: More = {}): void {
  const { samples, ...rest } = more;
  const spread = samples
    ? { of: samples.length, min: round(Math.min(...samples)), max: round(Math.max(...samples)) }
    : {};
  console.log(JSON.stringify({ figure, value: round(value), unit, ...spread, ...rest }));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low = Number.NaN, high = Number.NaN] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return (low + high) / 2;
}

/** The smallest value that a share of all do not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

/** Milliseconds that `work` took. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

export async function repeated(times: number, work: (turn: number) => Promise<number>): Promise<number[]> {
  const results: number[] = [];
  for (let turn = 0; turn < times; turn++) results.push(await work(turn));
  return results;
}

const round = (value: number): number => (value >= 100 ? Math.round(value) : Math.round(value * 10) / 10);

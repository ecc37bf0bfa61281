/**
 * How deep templates and their blocks are nested at this moment, over all executions: `include` begins another one on the
 * same stack. Rendering is synchronous, so one counter is enough.
 */
let depth = 0;

/** Go allows 100,000 levels of templates, as its stack grows. JavaScript's has room for about twice this. */
export const MAX_DEPTH = 1000;

/** An execution within another one takes the stack of so many blocks. */
const EXECUTION = 3;

/** One level more; false where there may be none. */
export function enter(): boolean {
  depth += 1;
  return depth <= MAX_DEPTH;
}

/** Whether there may be no level more. */
export const isDeepest = (): boolean => depth >= MAX_DEPTH;

export function leave(): void {
  depth -= 1;
}

/** Begins an execution: what is to be given to `endExecution` when it ends, by whatever way. */
export function beginExecution(): number {
  const before = depth;
  depth += EXECUTION;
  return before;
}

export function endExecution(before: number): void {
  depth = before;
}

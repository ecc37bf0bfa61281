/**
 * How deep templates and their blocks are nested at this moment, over all executions: `include` begins another one on the
 * same stack. Rendering is synchronous, so one counter is enough.
 */
let depth = 0;

/** Go allows 100,000 levels of templates, as its stack grows; the stack of JavaScript does not. */
export const MAX_DEPTH = 1000;

/** One level more; false where there may be none. */
export function enter(): boolean {
  depth += 1;
  return depth <= MAX_DEPTH;
}

export function leave(): void {
  depth -= 1;
}

/** Runs what may throw out of many levels at once. */
export function guarded<T>(run: () => T): T {
  const before = depth;
  try {
    return run();
  } finally {
    depth = before;
  }
}

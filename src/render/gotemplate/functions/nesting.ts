import { GoError } from '../values.ts';

/** Maps and lists within each other. `set` can put a map into itself, on which Go's functions end the process. */
const MAX_NESTING = 1_000;

/** @throws GoError when a value is nested too deeply to be walked */
export function checkNesting(depth: number): void {
  if (depth > MAX_NESTING) {
    throw new GoError(`the value is nested more than ${MAX_NESTING} levels deep, or contains itself`);
  }
}

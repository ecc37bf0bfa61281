import { type Budget, type FunctionTable, GoError, type Value } from '../values.ts';

const STEP = 6;
/** Units of UTF-16. A longer text would fill the renderer's memory, whatever the budget is. */
const MAX_TEXT = 1 << 28;

/** Steps for a text of so many units. */
const stepsOf = (length: number): number => length >> STEP;

const size = (value: Value): number => (typeof value === 'string' ? value.length : 0);

/** Charges functions for the texts that they are given and return, a step for each 64 bytes. */
export const charged = (table: FunctionTable): FunctionTable =>
  Object.fromEntries(
    Object.entries(table).map(([name, { call, ...types }]) => [
      name,
      {
        ...types,
        call: (args: readonly Value[], budget: Budget) => {
          let read = 0;
          for (const arg of args) read += size(arg);
          budget.spend(stepsOf(read));
          const result = call(args, budget);
          budget.spend(stepsOf(size(result)));
          return result;
        },
      },
    ]),
  );

/** Charges for a text before it is made. @throws GoError when it would be too long */
export function makeRoom(budget: Budget, length: number): void {
  budget.spend(Math.ceil(length / (1 << STEP)));
  checkLength(length);
}

/** @throws GoError when a text of so many units is too long */
export function checkLength(length: number): void {
  if (length > MAX_TEXT) throw new GoError(`the text would be longer than ${MAX_TEXT} characters`);
}

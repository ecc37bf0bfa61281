import type { Budget, Value } from '../values.ts';
import { floatText } from './floats.ts';
import { Printer } from './printer.ts';

/** fmt.Sprint: a space between two values neither of which is a string. @throws GoError when the budget is used up */
export function sprint(values: readonly Value[], budget?: Budget): string {
  if (values.length === 1) return display(values[0] ?? null, budget);
  const printer = new Printer(budget);
  let afterString = true;
  for (const value of values) {
    const isString = typeof value === 'string';
    if (!isString && !afterString) printer.out += ' ';
    printer.argument(value, 'v');
    afterString = isString;
  }
  printer.charge();
  return printer.out;
}

/** One value as `%v` has it: `<nil>`, `map[a:1 b:2]`, `[1 2]`, `1e+06`. */
export function display(value: Value, budget?: Budget): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'boolean':
    case 'bigint':
      return String(value);
    case 'number':
      return floatText(value);
  }
  const printer = new Printer(budget);
  printer.argument(value, 'v');
  printer.charge();
  return printer.out;
}

/** fmt.Sprintln: a space between all values, a newline at the end. */
export function sprintln(values: readonly Value[], budget?: Budget): string {
  const printer = new Printer(budget);
  values.forEach((value, i) => {
    if (i > 0) printer.out += ' ';
    printer.argument(value, 'v');
  });
  printer.charge();
  return `${printer.out}\n`;
}

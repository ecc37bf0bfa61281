import { type ExecuteOptions, execute, type Rendered } from '../../../src/render/gotemplate/execute.ts';
import { define } from '../../../src/render/gotemplate/functions/define.ts';
import { parse } from '../../../src/render/gotemplate/parse.ts';
import { TemplateSpace } from '../../../src/render/gotemplate/space.ts';
import {
  type Budget,
  type FunctionTable,
  GoError,
  type Value,
} from '../../../src/render/gotemplate/values.ts';
import { FUNCTIONS } from './functions.ts';

export interface Run {
  readonly data?: Value;
  readonly missingKey?: ExecuteOptions['missingKey'];
  readonly budget?: Budget;
  /** Instead of those of the case files; `include` is there always. */
  readonly functions?: FunctionTable;
}

export const endless: Budget = { spend: () => {} };

/** A budget of some steps. */
export function steps(count: number): Budget & { readonly spent: () => number } {
  let spent = 0;
  return {
    spend: (more) => {
      spent += more;
      if (spent > count) throw new GoError(`more than ${count} steps`);
    },
    spent: () => spent,
  };
}

/** Renders the first of some files by name; all may call each other, and `include`. @throws TemplateError */
export function render(files: Readonly<Record<string, string>>, run: Run = {}): Rendered {
  const space = new TemplateSpace();
  const functions: FunctionTable = {
    ...(run.functions ?? FUNCTIONS),
    include: define(['string', 'any'], ([name, dot]) => execute(space, name, dot, options).text),
  };
  const options: ExecuteOptions = {
    functions,
    budget: run.budget ?? endless,
    missingKey: run.missingKey ?? 'zero',
  };
  for (const [name, text] of Object.entries(files)) space.define(parse(name, text, functions));
  return execute(space, Object.keys(files)[0] ?? '', run.data ?? null, options);
}

/** Mocha keeps every frame of every error; where errors are made on a deep stack, that takes seconds. */
export function shortStacks(): void {
  const usual = Error.stackTraceLimit;
  before(() => {
    Error.stackTraceLimit = 10;
  });
  after(() => {
    Error.stackTraceLimit = usual;
  });
}

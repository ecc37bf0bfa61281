import { systemChance } from '../../src/render/chance.ts';
import { createBudget } from '../../src/render/gotemplate/budget.ts';
import { execute } from '../../src/render/gotemplate/execute.ts';
import type { RunTemplate } from '../../src/render/gotemplate/executionstate.ts';
import { createLookups } from '../../src/render/gotemplate/lookups.ts';
import { createMade } from '../../src/render/gotemplate/made.ts';
import { parse } from '../../src/render/gotemplate/parse.ts';
import { TemplateSpace } from '../../src/render/gotemplate/space.ts';
import type { Value } from '../../src/render/gotemplate/values.ts';
import { baseFunctions } from '../../src/render/helm/basefunctions.ts';
import { helmFunctions } from '../../src/render/helm/functions.ts';
import type { Json } from './grammar/data.ts';

export type Outcome = { readonly output: string } | { readonly error: string };

/** What a Go program reads from JSON: every number is a float64. */
export function goValue(json: Json): Value {
  if (json === null || typeof json !== 'object') return json;
  if (Array.isArray(json)) return (json as readonly Json[]).map(goValue);
  return new Map(Object.entries(json).map(([key, item]) => [key, goValue(item)]));
}

/** One template with the functions of Helm's charts, as the program of test/peers/helm4/render has it. */
export function renderTemplate(text: string, data: Json, run?: RunTemplate): Outcome {
  const space = new TemplateSpace();
  const budget = createBudget();
  const base = baseFunctions({ made: createMade({}, systemChance), chance: systemChance });
  const executing = helmFunctions({
    base,
    space,
    lookups: createLookups({}),
    helm: 4,
    budget,
    ...(run ? { run } : {}),
  });
  try {
    space.define(parse('case', text, executing.functions));
    const { text: output } = execute(space, 'case', goValue(data), executing);
    return { output };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const isCrash =
      error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;
    return { error: isCrash ? `CRASH ${error.stack}` : error.message };
  }
}

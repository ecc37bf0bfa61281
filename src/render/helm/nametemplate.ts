import { ProblemError } from '../../base/errors.ts';
import type { Place } from '../../base/place.ts';
import { createBudget } from '../gotemplate/budget.ts';
import { TemplateError } from '../gotemplate/errors.ts';
import { execute } from '../gotemplate/execute.ts';
import { parse } from '../gotemplate/parse.ts';
import { TemplateSpace } from '../gotemplate/space.ts';
import { baseFunctions, type FunctionMeans } from './basefunctions.ts';

const NAME = 'name-template';

/** The name of a release by `--name-template` (`TemplateName` of pkg/action/install.go). @throws ProblemError */
export function releaseNameOf(template: string, means: FunctionMeans, place: Place): string {
  const functions = baseFunctions(means);
  const space = new TemplateSpace();
  means.made.enter(NAME);
  try {
    space.define(parse(NAME, template, functions));
    const { places } = means.made;
    return execute(space, NAME, null, { functions, budget: createBudget(), missingKey: 'zero', places }).text;
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw new ProblemError(
      { reason: 'TemplateError', message: `The name template fails: ${error.message}`, place },
      { cause: error },
    );
  }
}

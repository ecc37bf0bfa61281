import type { Result } from '../../../base/errors.ts';
import { checkFieldSelector, fieldMatcher, parseFieldSelector } from '../../../kube/rules/fieldselectors.ts';
import { compileSelector } from '../../../kube/values/compiledselector.ts';
import { parseSelector } from '../../../kube/values/selectors.ts';
import type { KubeObject } from '../../../kube/values/types.ts';
import { badRequest } from '../errors.ts';
import type { Kind } from '../kinds/kind.ts';

export type Selects = (object: KubeObject) => boolean;

interface Selectors {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

/** undefined: everything is selected. Throws BadRequest for a selector that cannot be read or that the kind does not support. */
export function compileSelection(kind: Kind, selectors: Selectors): Selects | undefined {
  const tests = [labelTest(selectors.labelSelector), fieldTest(kind, selectors.fieldSelector)].filter(
    (test) => test !== undefined,
  );
  return tests.length === 0 ? undefined : (object) => tests.every((test) => test(object));
}

function labelTest(text: string | undefined): Selects | undefined {
  if (!text) return undefined;
  const requirements = valueOrBadRequest(parseSelector(text));
  const test = compileSelector(requirements);
  return (object) => test(object.metadata.labels);
}

function fieldTest(kind: Kind, text: string | undefined): Selects | undefined {
  if (!text) return undefined;
  const requirements = valueOrBadRequest(parseFieldSelector(text));
  const unsupported = checkFieldSelector(kind, requirements);
  if (unsupported) throw badRequest(unsupported);
  return fieldMatcher(kind, requirements);
}

function valueOrBadRequest<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw badRequest(result.problems[0].message);
}

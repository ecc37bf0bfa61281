import { errnoOf, type Problem, ProblemError } from '../../base/errors.ts';
import type { Place } from '../../base/place.ts';
import { HelperError } from './helper.ts';

/** A template as far as errors need it. */
interface Named {
  readonly file: string;
  readonly text: string;
}

/** What Handlebars hands to a helper about the place of its call; columns from 0. */
export interface CallLocation {
  readonly source?: string;
  readonly start: { readonly line: number; readonly column: number };
}

/** Handlebars' parser puts the line into its message: `Parse error on line 3:`, followed by an excerpt and the tokens it hoped for. */
export function syntaxProblem(template: Named, error: unknown): Problem {
  const [head = '', ...rest] = (error instanceof Error ? error.message : String(error)).split('\n');
  const line = Number(/line (\d+)/.exec(head)?.[1] ?? / - (\d+):\d+$/.exec(head)?.[1] ?? 1);
  const message = /^Parse error/.test(head) ? 'Handlebars cannot read this' : head.replace(/ - \d+:\d+$/, '');
  const piped = /\{\{[^}]*\|/.test(template.text.split('\n')[line - 1] ?? '');
  return {
    reason: 'TemplateError',
    message,
    place: { file: template.file, line },
    details: rest,
    remedy: piped
      ? 'Handlebars has no pipes: write {{quote Values.name}} for {{ .Values.name | quote }}.'
      : 'Check that every {{#block}} has its {{/block}} and every {{ its }}.',
  };
}

/** Handlebars gives every call of a compiled template its place. */
export function placeOf(loc: CallLocation | undefined): Place {
  if (!loc) return { file: 'templates' };
  return { file: loc.source ?? 'templates', line: loc.start.line, column: loc.start.column + 1 };
}

export function placeError(name: string, error: unknown, place: Place): unknown {
  // The innermost place is the one that helps: a helper that includes a template keeps the error of that template.
  if (!(error instanceof HelperError)) return error;
  const message =
    name === 'fail' || name === 'required' || name.startsWith('%')
      ? error.message
      : `${name}: ${error.message}`;
  const remedy = error.remedy ? { remedy: error.remedy } : {};
  return new ProblemError({ reason: 'TemplateError', message, place, ...remedy });
}

/** Whatever else escapes from a template (a stack that overflows, a mistake of ours) at least names the template. */
export function located<T>(template: Named, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof ProblemError) throw error;
    throw new ProblemError(escapedProblem(error, { file: template.file }), { cause: error });
  }
}

function escapedProblem(error: unknown, place: Place): Problem {
  if (isOutOfMemory(error)) {
    return {
      reason: 'RenderOutOfMemory',
      message: 'The template makes a text or a list that is larger than memory can hold, and was stopped',
      place,
      remedy: 'Look for a template that repeats its own output.',
    };
  }
  const endless = error instanceof RangeError;
  const message = endless
    ? 'The templates call each other without end'
    : error instanceof Error
      ? error.message
      : String(error);
  return { reason: 'TemplateError', message, place };
}

/** What JavaScript refuses before it takes the memory: `Invalid string length`, `Invalid array length`, a Buffer that malloc has no room for. */
function isOutOfMemory(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (
    errnoOf(error) === 'ERR_MEMORY_ALLOCATION_FAILED' || /^Invalid (string|array) length/.test(error.message)
  );
}

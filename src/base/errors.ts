import { formatPlace, type Place } from './place.ts';

/**
 * An expected failure, for a person to read: what is wrong, where, and what would fix it.
 * Misuse of a function throws a plain Error instead.
 */
export interface Problem {
  /** Machine-readable, CamelCase, closed per room: `TemplateError`, `SchemaViolation`, `BranchMissing` … */
  readonly reason: string;
  /** One sentence: what is wrong. */
  readonly message: string;
  readonly place?: Place;
  /** One sentence: what would fix or unblock it. */
  readonly remedy?: string;
  /** Further lines: an excerpt of the rendered text, a list of fields. */
  readonly details?: readonly string[];
}

/** A Problem that travels as an exception where a value cannot (through libraries, out of helpers). */
export class ProblemError extends Error {
  readonly problem: Problem;
  constructor(problem: Problem, options?: ErrorOptions) {
    super(problem.message, options);
    this.name = 'ProblemError';
    this.problem = problem;
  }
}

/** A success with its value, or the problems that prevented it: never both, never an empty list of problems. */
export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly [Problem, ...Problem[]] };

export const ok = <T>(value: T): Result<T> => ({ ok: true, value });
export const failed = (...problems: [Problem, ...Problem[]]): Result<never> => ({ ok: false, problems });

/** The value, or one ProblemError with all the problems. */
export function unwrap<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  const [first, ...others] = result.problems;
  if (others.length === 0) throw new ProblemError(first);
  const more = others.flatMap((problem) => ['', ...formatProblem(problem).split('\n')]);
  throw new ProblemError({ ...first, details: [...(first.details ?? []), ...more] });
}

/** `file:line:col: message (remedy)` followed by the details, indented. */
export function formatProblem(problem: Problem): string {
  const where = problem.place ? `${formatPlace(problem.place)}: ` : '';
  const remedy = problem.remedy ? `\n  → ${problem.remedy}` : '';
  const details = (problem.details ?? []).map((line) => `\n    ${line}`).join('');
  return `${where}${problem.message}${details}${remedy}`;
}

/** The Problem inside any thrown value; an unforeseen exception keeps its message under reason `InternalError`. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  return { reason: 'InternalError', message: error instanceof Error ? error.message : String(error) };
}

/** The `code` of a Node.js system error (`ENOENT`, `EADDRINUSE`), or undefined. */
export function errnoOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

import { failed, type Problem, type Result } from '../../base/errors.ts';
import { type Bounds, describeExcess, excessOf, OBJECT_BOUNDS } from '../../kube/values/bounds.ts';
import type { Rendered } from '../types.ts';

/** All objects of one app: what comes out is compared and applied on the thread that answers everybody. */
const OUTPUT_BOUNDS: Bounds = { nodes: 300_000, depth: OBJECT_BOUNDS.depth + 3, bytes: 16 * 2 ** 20 };

/** Objects that the API would refuse by their size, each at the template line that wrote it, or all of them together. */
export function tooLargeToApply({ manifests }: Rendered): Problem[] {
  const each = manifests.flatMap(({ object, origin }): Problem[] => {
    const excess = excessOf(object, OBJECT_BOUNDS);
    if (!excess) return [];
    const message = `This ${object.kind} is too large to be an object: ${describeExcess(excess)}`;
    return [{ reason: 'ObjectTooLarge', message, place: origin, remedy: 'Split it into several objects.' }];
  });
  if (each.length > 0) return each;
  const excess = excessOf(
    manifests.map(({ object }) => object),
    OUTPUT_BOUNDS,
  );
  if (!excess) return [];
  const message = `The app renders to too much: ${describeExcess(excess)}`;
  return [{ reason: 'OutputTooLarge', message, remedy: 'Split it into several apps.' }];
}

const MAX_PROBLEMS = 50;
const MAX_DETAILS = 50;
const MAX_TEXT = 2_000;
const MAX_NOTES = 64 * 1024;

/** Messages of a render are shown in statuses and on terminals, so one of megabytes is cut short. */
export function boundAnswer(result: Result<Rendered>): Result<Rendered> {
  if (!result.ok) {
    const [first, ...others] = result.problems;
    return failed(boundProblem(first), ...others.slice(0, MAX_PROBLEMS - 1).map(boundProblem));
  }
  const { value } = result;
  const notes = value.notes === undefined ? {} : { notes: cut(value.notes, MAX_NOTES) };
  const warnings = value.warnings.slice(0, MAX_PROBLEMS).map(boundProblem);
  return { ok: true, value: { ...value, ...notes, warnings } };
}

function boundProblem(problem: Problem): Problem {
  const { message, remedy, details } = problem;
  return {
    ...problem,
    message: cut(message),
    ...(remedy === undefined ? {} : { remedy: cut(remedy) }),
    ...(details === undefined ? {} : { details: boundDetails(details) }),
  };
}

function boundDetails(details: readonly string[]): readonly string[] {
  const shown = details.slice(0, MAX_DETAILS).map((line) => cut(line));
  const rest = details.length - shown.length;
  return rest > 0 ? [...shown, `… and ${rest} more`] : shown;
}

const cut = (text: string, limit = MAX_TEXT): string =>
  text.length > limit ? `${text.slice(0, limit)}…` : text;

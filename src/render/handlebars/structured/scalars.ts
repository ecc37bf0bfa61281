import Handlebars from 'handlebars';
import { ProblemError } from '../../../base/errors.ts';
import type { Place } from '../../../base/place.ts';
import { syntaxProblem } from '../errors.ts';
import { type Masked, replaceMasks } from './mask.ts';

/** A scalar as YAML reads it, its expressions in it again: a template of Handlebars. */
export interface ScalarText {
  readonly file: string;
  readonly text: string;
  /** The expressions in their order, each at its offset in `text`. */
  readonly segments: readonly Segment[];
  /** Place of the scalar. */
  readonly place: Place;
}

interface Segment {
  readonly at: number;
  readonly place: Place;
}

/** `decoded` has a mask where each of the expressions is. */
export function scalarText(
  decoded: string,
  expressions: readonly (Masked & { readonly place: Place })[],
  place: Place,
): ScalarText {
  const segments: Segment[] = [];
  let shift = 0;
  let index = 0;
  const text = replaceMasks(decoded, (position) => {
    const expression = expressions[position];
    return expression?.text ?? '';
  });
  for (const expression of expressions) {
    index = text.indexOf(expression.text, shift);
    segments.push({ at: index, place: expression.place });
    shift = index + expression.text.length;
  }
  return { file: place.file, text, segments, place };
}

/** The statements of a scalar; each node's place is that in the file. @throws ProblemError */
export function parseScalar(scalar: ScalarText): hbs.AST.Statement[] {
  const { file, text, segments, place } = scalar;
  try {
    return (relocated(Handlebars.parse(text, { srcName: file }), scalar) as hbs.AST.Program).body;
  } catch (error) {
    if (error instanceof ProblemError) throw error;
    const problem = syntaxProblem({ file, text }, error);
    throw new ProblemError({ ...problem, place: segments[0]?.place ?? place });
  }
}

/** A copy of a syntax tree whose locations are those of the file. */
function relocated(node: unknown, scalar: ScalarText): unknown {
  if (Array.isArray(node)) return node.map((item) => relocated(item, scalar));
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) => [
      key,
      key === 'loc' && value ? located(value as hbs.AST.SourceLocation, scalar) : relocated(value, scalar),
    ]),
  );
}

function located({ start }: hbs.AST.SourceLocation, scalar: ScalarText): hbs.AST.SourceLocation {
  const lines = scalar.text.split('\n', start.line - 1);
  const offset = lines.reduce((sum, line) => sum + line.length + 1, 0) + start.column;
  const segment = scalar.segments.findLast(({ at }) => at <= offset);
  const { line = 1, column = 1 } = segment?.place ?? scalar.place;
  const position = { line, column: column - 1 + (segment ? offset - segment.at : 0) };
  return { source: scalar.file, start: position, end: position };
}

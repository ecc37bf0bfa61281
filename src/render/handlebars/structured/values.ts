import { ProblemError } from '../../../base/errors.ts';
import { args } from '../expressions.ts';
import { body, printedValue } from '../rewrite.ts';
import type { Rewriting, Scope } from '../rewriting.ts';
import type { Node, PartialNode, TextNode } from './nodes.ts';
import { parseScalar, type ScalarText } from './scalars.ts';

/** A scalar with expressions: the value of one that stands alone and without quotes, else text. @throws ProblemError */
export function readScalar(rewriting: Rewriting, scalar: ScalarText, scope: Scope, isPlain: boolean): Node {
  const isAlone = scalar.segments.length === 1 && /^\{\{(?![!/#^]|else\b).*\}\}$/.test(scalar.text);
  if (!isPlain || !isAlone || scalar.segments[0]?.at !== 0) return textNode(rewriting, scalar, scope);
  const [statement, ...others] = parseScalar(scalar);
  // A text such as `{{a}} and {{b}}` has two, whatever the pattern says.
  if (others.length > 0 || !statement) return textNode(rewriting, scalar, scope);
  const { place } = scalar;
  if (statement.type === 'PartialStatement') return partial(rewriting, statement as never, scope, scalar);
  if (statement.type !== 'MustacheStatement') return textNode(rewriting, scalar, scope);
  const { value, shown } = printedValue(rewriting, statement as hbs.AST.MustacheStatement, scope);
  return { kind: 'expression', expression: value, written: shown, parsed: [statement], place };
}

function partial(
  rewriting: Rewriting,
  statement: hbs.AST.PartialStatement,
  scope: Scope,
  { place }: ScalarText,
): PartialNode {
  const { name, loc } = statement;
  if (name.type !== 'PathExpression')
    throw new ProblemError({
      reason: 'TemplateError',
      message: 'The name of a partial is written as it is',
      place,
    });
  const { original } = name as hbs.AST.PathExpression;
  rewriting.calls.push({ name: original, line: loc.start.line, column: loc.start.column + 1 });
  const { params, hash } = args(rewriting, statement, scope, false);
  const pairs = (hash as hbs.AST.Hash | undefined)?.pairs ?? [];
  const [context] = params;
  return {
    kind: 'partial',
    name: original,
    ...(context ? { context } : {}),
    hash: pairs.map(({ key, value }) => [key, value]),
    parsed: [statement],
    place,
  };
}

export function textNode(rewriting: Rewriting, scalar: ScalarText, scope: Scope): TextNode {
  const statements = parseScalar(scalar);
  const program = { type: 'Program', body: statements, blockParams: [] } as unknown as hbs.AST.Program;
  return {
    kind: 'text',
    body: body(rewriting, program, scope).body,
    parsed: statements,
    place: scalar.place,
  };
}

import { ProblemError } from '../../../base/errors.ts';
import { placeError, placeOf } from '../errors.ts';
import { roundsOf } from '../helpers/blocks.ts';
import { stripMarkers } from '../markers.ts';
import { calledName, isPath } from '../nodes.ts';
import { callHelper } from '../register.ts';
import { isTrue } from '../truth.ts';
import type { Call } from '../types.ts';
import type { BlockName } from './nodes.ts';
import { lookUp, type Scope, within } from './scope.ts';

/** The value of an expression that was rewritten. Handlebars itself makes texts alone. @throws ProblemError */
export function evaluate(expression: hbs.AST.Expression, scope: Scope): unknown {
  if (isPath(expression)) return lookUp(expression, scope);
  switch (expression.type) {
    case 'SubExpression':
    case 'MustacheStatement':
      return call(expression as hbs.AST.SubExpression, scope);
    case 'NullLiteral':
      return null;
    case 'UndefinedLiteral':
      return undefined;
    default:
      return (expression as hbs.AST.StringLiteral).value;
  }
}

function call({ path, params, hash, loc }: hbs.AST.SubExpression, scope: Scope): unknown {
  const pairs = (hash as hbs.AST.Hash | undefined)?.pairs ?? [];
  const named = Object.fromEntries(pairs.map(({ key, value }) => [key, evaluate(value, scope)]));
  const args = params.map((param) => evaluate(param, scope));
  return callHelper(calledName(path), args, named, callAt(loc, scope));
}

const callAt = (loc: hbs.AST.SourceLocation, { root, parts }: Scope): Call => ({
  root,
  parts,
  place: placeOf(loc as Parameters<typeof placeOf>[0]),
});

/** A block of either kind, of text or of YAML. */
interface Block<T> {
  readonly name: BlockName;
  readonly argument: hbs.AST.Expression;
  readonly names: readonly string[];
  readonly body: (scope: Scope) => T;
  readonly otherwise: (scope: Scope) => T | undefined;
  readonly loc: Parameters<typeof placeOf>[0];
}

/** What a block comes to, a result for each time that its body counts. @throws ProblemError */
export function resultsOf<T>(block: Block<T>, scope: Scope): (T | undefined)[] {
  const { name, argument, names, body, otherwise } = block;
  const value = evaluate(argument, scope);
  const named = (...values: unknown[]) => names.map((one, i): [string, unknown] => [one, values[i]]);
  switch (name) {
    case 'if':
      return [isTrue(value) ? body(scope) : otherwise(scope)];
    case 'unless':
      return [isTrue(value) ? otherwise(scope) : body(scope)];
    case 'with':
      return [isTrue(value) ? body(within(scope, value, named(value))) : otherwise(scope)];
    case 'each': {
      const rounds = placing(block, () => roundsOf(value, scope.parts));
      if (rounds.length === 0) return [otherwise(scope)];
      return rounds.map(({ item, data }) => body(within(scope, item, named(item, data.key), data)));
    }
  }
}

function placing<T, R>({ name, loc }: Block<T>, run: () => R): R {
  try {
    return run();
  } catch (error) {
    throw placeError(`#${name}`, error, placeOf(loc));
  }
}

/** The text that statements write. @throws ProblemError */
export const textOf = (statements: readonly hbs.AST.Statement[], scope: Scope): string =>
  stripMarkers(write(statements, scope));

const write = (statements: readonly hbs.AST.Statement[], scope: Scope): string =>
  statements.map((statement) => written(statement, scope)).join('');

function written(statement: hbs.AST.Statement, scope: Scope): string {
  switch (statement.type) {
    case 'ContentStatement':
      return (statement as hbs.AST.ContentStatement).value;
    case 'MustacheStatement':
      return printed(statement as hbs.AST.MustacheStatement, scope);
    case 'BlockStatement':
      return block(statement as hbs.AST.BlockStatement, scope);
    case 'PartialStatement':
      return partial(statement as hbs.AST.PartialStatement, scope);
    default:
      return '';
  }
}

/** The rewriting made a call of OUTPUT of it. A map or a list is refused in the words of a structured template. */
function printed(statement: hbs.AST.MustacheStatement, scope: Scope): string {
  const [shown, expression] = statement.params;
  const value = expression === undefined ? undefined : evaluate(expression, scope);
  if (typeof value !== 'object' || value === null)
    return value === undefined || value === null ? '' : `${value}`;
  const written = String((shown as hbs.AST.StringLiteral).value) || 'The expression';
  const { place } = callAt(statement.loc, scope);
  throw new ProblemError({
    reason: 'TemplateError',
    message: `${written} is ${Array.isArray(value) ? 'a list' : 'a map'}, and stands in a text`,
    place,
    remedy: 'Alone and without quotes it is what it is; {{toJson …}} makes a text of it.',
  });
}

function block({ path, params, program, inverse, loc }: hbs.AST.BlockStatement, scope: Scope): string {
  const [argument] = params;
  if (!argument) return '';
  const results = resultsOf(
    {
      name: calledName(path) as BlockName,
      argument,
      names: program?.blockParams ?? [],
      body: (inner) => write(program?.body ?? [], inner),
      otherwise: (inner) => write(inverse?.body ?? [], inner),
      loc: loc as Parameters<typeof placeOf>[0],
    },
    scope,
  );
  return results.join('');
}

function partial({ name, params, loc }: hbs.AST.PartialStatement, scope: Scope): string {
  const [context] = params;
  const given = context ? [evaluate(context, scope)] : [scope.this];
  const called = isPath(name as hbs.AST.Expression)
    ? (name as hbs.AST.PathExpression).original
    : evaluate(name as hbs.AST.Expression, scope);
  return String(callHelper('include', [called, ...given], undefined, callAt(loc, scope)));
}

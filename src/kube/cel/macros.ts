import {
  ACCUMULATOR,
  type Comprehension,
  call,
  type Expr,
  ident,
  listOf,
  literal,
  memberCall,
} from './ast.ts';
import { SyntaxProblem } from './problem.ts';

type Fold = Pick<Comprehension, 'init' | 'condition' | 'step' | 'result'>;
type Variables = readonly [string] | readonly [key: string, value: string];

/** What a call stands for; undefined where it is no macro. */
export type ExpandMacro = (
  name: string,
  target: Expr | undefined,
  args: readonly Expr[],
  at: number,
) => Expr | undefined;

/**
 * The macros of the language (cel-go `parser/macro.go`), of its optionals (`cel/library.go`) and of two-variable
 * comprehensions (`ext/comprehensions.go`); undefined where the call is no macro.
 */
export function expandMacro(
  name: string,
  target: Expr | undefined,
  args: readonly Expr[],
  at: number,
): Expr | undefined {
  if (!target) return name === 'has' && args.length === 1 ? has(args[0] as Expr) : undefined;
  return (
    comprehension(name, target, args, at) ??
    twoVariables(name, target, args, at) ??
    optional(name, target, args, at) ??
    (name === 'sortBy' && args.length === 2 ? sortBy(target, args, at) : undefined)
  );
}

function has(argument: Expr): Expr {
  if (argument.is !== 'select' || argument.testOnly)
    throw new SyntaxProblem(argument.offset, 'invalid argument to has() macro');
  return { ...argument, testOnly: true };
}

const accumulator = (at: number): Expr => ident(ACCUMULATOR, at);
const yes = (at: number): Expr => literal(true, at);
const plus = (value: Expr, at: number): Expr => call('_+_', [accumulator(at), listOf([value], at)], at);

function fold(target: Expr, [first, second]: Variables, body: Fold, offset: number): Comprehension {
  return {
    is: 'fold',
    range: target,
    iterVar: first,
    ...(second === undefined ? {} : { iterVar2: second }),
    accuVar: ACCUMULATOR,
    ...body,
    offset,
  };
}

const all = (predicate: Expr, at: number): Fold => ({
  init: yes(at),
  condition: call('@not_strictly_false', [accumulator(at)], at),
  step: call('_&&_', [accumulator(at), predicate], at),
  result: accumulator(at),
});

const exists = (predicate: Expr, at: number): Fold => ({
  init: literal(false, at),
  condition: call('@not_strictly_false', [call('!_', [accumulator(at)], at)], at),
  step: call('_||_', [accumulator(at), predicate], at),
  result: accumulator(at),
});

const existsOne = (predicate: Expr, at: number): Fold => ({
  init: literal(0n, at),
  condition: yes(at),
  step: onlyIf(predicate, call('_+_', [accumulator(at), literal(1n, at)], at), at),
  result: call('_==_', [accumulator(at), literal(1n, at)], at),
});

const collect = (filter: Expr | undefined, step: Expr, init: Expr, at: number): Fold => ({
  init,
  condition: yes(at),
  step: onlyIf(filter, step, at),
  result: accumulator(at),
});

const onlyIf = (filter: Expr | undefined, step: Expr, at: number): Expr =>
  filter ? call('_?_:_', [filter, step, accumulator(at)], at) : step;

function comprehension(name: string, target: Expr, args: readonly Expr[], at: number): Expr | undefined {
  const [variable, first, second] = args;
  if (!variable || !first || args.length > 3) return undefined;
  const make = (body: Fold) => fold(target, [variableName(variable)], body, at);
  const empty = listOf([], at);
  if (name === 'map') return make(collect(second ? first : undefined, plus(second ?? first, at), empty, at));
  if (second) return undefined;
  if (name === 'all') return make(all(first, at));
  if (name === 'exists') return make(exists(first, at));
  if (name === 'exists_one' || name === 'existsOne') return make(existsOne(first, at));
  if (name === 'filter') return make(collect(first, plus(variable, at), empty, at));
  return undefined;
}

function twoVariables(name: string, target: Expr, args: readonly Expr[], at: number): Expr | undefined {
  const [key, value, first, second] = args;
  if (!key || !value || !first || args.length > 4) return undefined;
  const make = (body: Fold) => fold(target, [variableName(key), variableName(value)], body, at);
  const [filter, result] = second ? [first, second] : [undefined, first];
  const empty: Expr = { is: 'map', entries: [], offset: at };
  const insert = (...entry: readonly Expr[]) => call('cel.@mapInsert', [accumulator(at), ...entry], at);
  if (name === 'transformList') return make(collect(filter, plus(result, at), listOf([], at), at));
  if (name === 'transformMap') return make(collect(filter, insert(key, result), empty, at));
  if (name === 'transformMapEntry') return make(collect(filter, insert(result), empty, at));
  if (second) return undefined;
  if (name === 'all') return make(all(first, at));
  if (name === 'exists') return make(exists(first, at));
  if (name === 'existsOne' || name === 'exists_one') return make(existsOne(first, at));
  return undefined;
}

/** A value with a name, as a fold over nothing. */
const bind = (name: string, value: Expr, result: Expr, at: number): Comprehension => ({
  is: 'fold',
  range: listOf([], at),
  iterVar: '#unused',
  accuVar: name,
  init: value,
  condition: literal(false, at),
  step: ident(name, at),
  result,
  offset: at,
});

/** The same, and `cel.bind(x, value, result)` (cel-go `ext/bindings.go`), which few environments have. */
export const withBindings: ExpandMacro = (name, target, args, at) => {
  const [variable, value, result] = args;
  const isBinding = name === 'bind' && target?.is === 'ident' && target.name === 'cel' && args.length === 3;
  return isBinding && variable && value && result
    ? bind(variableName(variable), value, result, at)
    : expandMacro(name, target, args, at);
};

function optional(name: string, target: Expr, args: readonly Expr[], at: number): Expr | undefined {
  const [variable, body] = args;
  if ((name !== 'optMap' && name !== 'optFlatMap') || !variable || !body || args.length > 2) return undefined;
  const bound = bind(variableName(variable), memberCall('value', target, [], at), body, at);
  const some = name === 'optMap' ? call('optional.of', [bound], at) : bound;
  return call('_?_:_', [memberCall('hasValue', target, [], at), some, call('optional.none', [], at)], at);
}

/** `list.sortBy(x, key)` (cel-go `ext/lists.go`). */
function sortBy(target: Expr, [variable, key]: readonly Expr[], at: number): Expr {
  const name = '@__sortBy_input__';
  const keys = comprehension('map', ident(name, at), [variable as Expr, key as Expr], at) as Expr;
  return bind(name, target, memberCall('@sortByAssociatedKeys', ident(name, at), [keys], at), at);
}

function variableName(expr: Expr): string {
  if (expr.is === 'ident') return expr.name;
  throw new SyntaxProblem(expr.offset, 'argument must be a simple name');
}

import type { Value } from './values.ts';

/** An expression after parsing and expansion of macros, in the shapes of the CEL specification (`cel/expr/syntax.proto`). */
export type Expr = Literal | Ident | Select | Call | ListExpr | MapExpr | StructExpr | Comprehension;

interface Node {
  /** Where it begins in the source, in UTF-16 units. */
  readonly offset: number;
}

export interface Literal extends Node {
  readonly is: 'literal';
  readonly value: Value;
}

export interface Ident extends Node {
  readonly is: 'ident';
  readonly name: string;
}

export interface Select extends Node {
  readonly is: 'select';
  readonly operand: Expr;
  readonly field: string;
  /** `has(operand.field)` */
  readonly testOnly: boolean;
}

export interface Call extends Node {
  readonly is: 'call';
  /** Operators have the names of the specification: `_+_`, `_[_]`, `!_`. */
  readonly name: string;
  readonly target?: Expr;
  readonly args: readonly Expr[];
}

export interface ListExpr extends Node {
  readonly is: 'list';
  readonly elements: readonly Element[];
}

export interface Element {
  readonly value: Expr;
  /** `[?x]`: left out when the optional is empty. */
  readonly optional: boolean;
}

export interface MapExpr extends Node {
  readonly is: 'map';
  readonly entries: readonly Entry[];
}

export interface Entry extends Element {
  readonly key: Expr;
}

export interface StructExpr extends Node {
  readonly is: 'struct';
  readonly name: string;
  readonly fields: readonly Field[];
}

export interface Field extends Element {
  readonly name: string;
  readonly offset: number;
}

/** A fold over a list or the keys of a map; what every macro but `has` becomes. */
export interface Comprehension extends Node {
  readonly is: 'fold';
  readonly range: Expr;
  readonly iterVar: string;
  /** With it, `iterVar` is the index or key, and this one the element or value. */
  readonly iterVar2?: string;
  readonly accuVar: string;
  readonly init: Expr;
  /** The fold ends as soon as this is false. */
  readonly condition: Expr;
  readonly step: Expr;
  readonly result: Expr;
}

/** The accumulator of macros: no name that an author can write. */
export const ACCUMULATOR = '@result';

export const literal = (value: Value, offset: number): Literal => ({ is: 'literal', value, offset });
export const ident = (name: string, offset: number): Ident => ({ is: 'ident', name, offset });
export const call = (name: string, args: readonly Expr[], offset: number): Call => ({
  is: 'call',
  name,
  args,
  offset,
});
export const memberCall = (name: string, target: Expr, args: readonly Expr[], offset: number): Call => ({
  is: 'call',
  name,
  target,
  args,
  offset,
});
export const listOf = (values: readonly Expr[], offset: number): ListExpr => ({
  is: 'list',
  elements: values.map((value) => ({ value, optional: false })),
  offset,
});

/** The parts that are expressions themselves. */
export function childrenOf(expr: Expr): readonly Expr[] {
  switch (expr.is) {
    case 'literal':
    case 'ident':
      return [];
    case 'select':
      return [expr.operand];
    case 'call':
      return expr.target ? [expr.target, ...expr.args] : expr.args;
    case 'list':
      return expr.elements.map(({ value }) => value);
    case 'map':
      return expr.entries.flatMap(({ key, value }) => [key, value]);
    case 'struct':
      return expr.fields.map(({ value }) => value);
    case 'fold':
      return [expr.range, expr.init, expr.condition, expr.step, expr.result];
  }
}

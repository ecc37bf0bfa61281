import type { Call, Comprehension, Element, Expr, ListExpr, MapExpr, Select, StructExpr } from './ast.ts';
import {
  type Checked,
  type CheckedCall,
  type Declarations,
  literalType,
  Names,
  qualifiedName,
} from './declarations.ts';
import { Inference } from './inference.ts';
import type { Overload } from './overload.ts';
import type { CelProblem } from './problem.ts';
import {
  BOOL,
  type CelType,
  DYN,
  ERROR,
  formatType,
  INT,
  isOptional,
  listType,
  mapType,
  optionalOf,
  type Substitution,
  substitute,
} from './types.ts';

/** Types are inferred and checked (cel-go `checker/checker.go`): the first problems of each part, or the checked expression. */
export function check(root: Expr, declarations: Declarations): Checked | readonly CelProblem[] {
  const checker = new Checker(declarations);
  const type = checker.visit(root);
  if (checker.problems.length > 0) return checker.problems;
  return {
    root,
    type: checker.final(type),
    typeOf: (expr) => checker.typeOf(expr),
    callOf: (expr) => checker.callOf(expr),
    variables: checker.used,
  };
}

class Checker {
  readonly #inference = new Inference();
  /** Below the arguments of `format`. */
  #mayDiffer = false;
  readonly #declarations: Declarations;
  readonly #names: Names;
  readonly #types = new Map<Expr, CelType>();
  readonly #calls = new Map<Expr, CheckedCall>();

  constructor(declarations: Declarations) {
    this.#declarations = declarations;
    this.#names = new Names(declarations.variables);
  }

  get used(): ReadonlySet<string> {
    return this.#names.used;
  }

  get problems(): readonly CelProblem[] {
    return this.#inference.problems;
  }

  final = (type: CelType): CelType => this.#inference.final(type);
  typeOf = (expr: Expr): CelType => this.final(this.#types.get(expr) ?? DYN);
  callOf = (expr: Call): CheckedCall => this.#calls.get(expr) ?? { overloads: [], args: [] };

  visit(expr: Expr): CelType {
    const type = this.#infer(expr);
    this.#types.set(expr, type);
    return type;
  }

  #infer(expr: Expr): CelType {
    switch (expr.is) {
      case 'literal':
        return literalType(expr.value);
      case 'ident':
        return this.#names.find(expr.name) ?? this.#undeclared(expr.name, expr.offset);
      case 'select':
        return this.#select(expr);
      case 'call':
        return this.#call(expr);
      case 'list':
        return this.#list(expr);
      case 'map':
        return this.#map(expr);
      case 'struct':
        return this.#struct(expr);
      case 'fold':
        return this.#fold(expr);
    }
  }

  #undeclared(name: string, offset: number): CelType {
    return this.#inference.problem(offset, `undeclared reference to '${name}' (in container '')`);
  }

  #select(expr: Select): CelType {
    const qualified = expr.testOnly ? undefined : qualifiedName(expr);
    if (qualified !== undefined) {
      const known = this.#names.isLocal(qualified.split('.')[0] ?? '')
        ? undefined
        : this.#names.find(qualified);
      if (known) return known;
    }
    const operand = this.#inference.known(this.visit(expr.operand));
    const field = this.#field(operand, expr.field, expr.offset, expr.testOnly);
    return expr.testOnly && field !== ERROR ? BOOL : field;
  }

  #field(operand: CelType, field: string, offset: number, testOnly = false): CelType {
    if (isOptional(operand)) {
      const inner = this.#inference.known(operand.params[0] ?? DYN);
      const type = this.#field(inner, field, offset, testOnly);
      return type === ERROR ? ERROR : optionalOf(type);
    }
    switch (operand.kind) {
      case 'dyn':
      case 'error':
        return DYN;
      case 'map':
        return operand.value;
      case 'object':
        return (
          operand.fields.get(field)?.type ?? this.#inference.problem(offset, `undefined field '${field}'`)
        );
      case 'param':
        this.#inference.assign(operand, DYN);
        return DYN;
      default:
        return this.#inference.problem(
          offset,
          `type '${this.#inference.show(operand)}' does not support field selection`,
        );
    }
  }

  #call(expr: Call): CelType {
    if (expr.name === '_?._') return this.#optionalSelect(expr);
    const { target } = expr;
    const qualified = target && this.#qualifiedFunction(target, expr.name);
    const name = qualified ?? expr.name;
    const overloads = this.#declarations.functions.get(name);
    const args = target && qualified === undefined ? [target, ...expr.args] : expr.args;
    const isMember = target !== undefined && qualified === undefined;
    const before = this.#mayDiffer;
    this.#mayDiffer ||= isMember && name === 'format';
    const types = args.map((arg) => this.visit(arg));
    this.#mayDiffer = before;
    if (!overloads) return this.#undeclared(name, expr.offset);
    return this.#resolve(expr, name, overloads, args, types, isMember);
  }

  /** `optional.of(x)`: a function whose name has a point, unless what is before it is a variable. */
  #qualifiedFunction(target: Expr, name: string): string | undefined {
    const before = qualifiedName(target);
    if (before === undefined || this.#names.has(before.split('.')[0] ?? '')) return undefined;
    return this.#declarations.functions.has(`${before}.${name}`) ? `${before}.${name}` : undefined;
  }

  #resolve(
    expr: Call,
    name: string,
    overloads: readonly Overload[],
    args: readonly Expr[],
    types: readonly CelType[],
    isMember: boolean,
  ): CelType {
    const fitting: Overload[] = [];
    let result: CelType | undefined;
    let mapping: Substitution = new Map();
    for (const overload of overloads) {
      if (overload.isMember !== isMember || overload.params.length !== types.length) continue;
      const rename = this.#inference.instance();
      const tried = this.#inference.attempt(
        overload.params.map((param, i) => [types[i] as CelType, rename(param)]),
      );
      if (!tried) continue;
      fitting.push(overload);
      const type = substitute(tried, rename(overload.result));
      if (result === undefined) [mapping, result] = [tried, type];
      // Where several may be meant the result is only known when it runs.
      else if (formatType(result) !== formatType(type)) result = DYN;
    }
    if (result === undefined) {
      const shown = types.map((type) => this.#inference.show(type));
      const signature = isMember ? `${shown[0]}.(${shown.slice(1).join(', ')})` : `(${shown.join(', ')})`;
      return this.#inference.problem(
        expr.offset,
        `found no matching overload for '${name}' applied to '${signature}'`,
      );
    }
    this.#inference.adopt(mapping);
    this.#calls.set(expr, { overloads: fitting, args });
    return result;
  }

  #optionalSelect(expr: Call): CelType {
    const [operand, field] = expr.args as readonly [Expr, Expr];
    const type = this.#inference.known(this.visit(operand));
    this.visit(field);
    const name = field.is === 'literal' ? String(field.value) : '';
    const selected = this.#field(type, name, expr.offset);
    return selected === ERROR || isOptional(selected) ? selected : optionalOf(selected);
  }

  #list(expr: ListExpr): CelType {
    const types = expr.elements.map((element) => this.#element(element));
    const type = this.#inference.common(
      types,
      expr.elements.map(({ value }) => value.offset),
      this.#mayDiffer,
    );
    return listType(type ?? this.#inference.open());
  }

  #map(expr: MapExpr): CelType {
    const keys = expr.entries.map(({ key }) => this.visit(key));
    const values = expr.entries.map((entry) => this.#element(entry));
    const key = this.#inference.common(
      keys,
      expr.entries.map((entry) => entry.key.offset),
      this.#mayDiffer,
    );
    const value = this.#inference.common(
      values,
      expr.entries.map((entry) => entry.value.offset),
      this.#mayDiffer,
    );
    return mapType(key ?? this.#inference.open(), value ?? this.#inference.open());
  }

  #element({ value, optional }: Element): CelType {
    const type = this.#inference.known(this.visit(value));
    if (!optional || type.kind === 'dyn' || type.kind === 'error') return type;
    if (isOptional(type)) return type.params[0] ?? DYN;
    return this.#inference.problem(
      value.offset,
      `expected type 'optional_type(${this.#inference.show(type)})' but found '${this.#inference.show(type)}'`,
    );
  }

  #struct(expr: StructExpr): CelType {
    const type = this.#declarations.structs?.get(expr.name);
    const found = expr.fields.map((field) => this.#element(field));
    if (!type) return this.#undeclared(expr.name, expr.offset);
    for (const [i, { name, offset }] of expr.fields.entries()) {
      const field = type.fields.get(name);
      const value = found[i] as CelType;
      if (!field) this.#inference.problem(offset, `undefined field '${name}'`);
      else if (!this.#inference.assign(value, field.type))
        this.#inference.problem(
          offset,
          `expected type of field '${name}' is '${formatType(field.type)}' but provided type is '${this.#inference.show(value)}'`,
        );
    }
    return type;
  }

  #fold(expr: Comprehension): CelType {
    const range = this.#inference.known(this.visit(expr.range));
    const [first, second] = this.#rangeTypes(range, expr);
    const accumulator = this.visit(expr.init);
    this.#names.push(new Map([[expr.accuVar, accumulator]]));
    const own = new Map([[expr.iterVar, first]]);
    if (expr.iterVar2 !== undefined) own.set(expr.iterVar2, second);
    this.#names.push(own);
    this.#inference.assert(this.visit(expr.condition), BOOL, expr.condition.offset);
    this.#inference.assert(this.visit(expr.step), accumulator, expr.step.offset);
    this.#names.pop();
    const result = this.visit(expr.result);
    this.#names.pop();
    return this.#inference.known(result);
  }

  /** What the variables of the fold stand for: of one, the element or the key; of two, index and element, or key and value. */
  #rangeTypes(range: CelType, expr: Comprehension): readonly [CelType, CelType] {
    const isPair = expr.iterVar2 !== undefined;
    switch (range.kind) {
      case 'list':
        return isPair ? [INT, range.element] : [range.element, DYN];
      case 'map':
        return [range.key, range.value];
      case 'dyn':
      case 'error':
        return [DYN, DYN];
      case 'param':
        this.#inference.assign(range, DYN);
        return [DYN, DYN];
      default: {
        const type = this.#inference.show(range);
        const problem = `expression of type '${type}' cannot be range of a comprehension (must be list, map, or dynamic)`;
        this.#inference.problem(expr.range.offset, problem);
        return [ERROR, ERROR];
      }
    }
  }
}

import type { Call, Comprehension, Expr } from './ast.ts';
import { ACCUMULATOR } from './ast.ts';
import { type ArgumentSize, add, fixed, multiply, type Range, UNKNOWN, union } from './cost.ts';
import type { Checked } from './declarations.ts';
import type { CelType } from './types.ts';
import { Uint, type Value } from './values.ts';

/**
 * What an expression costs at least and at most, whatever the data of its declared types (cel-go `checker/cost.go`). Sizes
 * come from literals, from declarations (`maxElements`), and from what functions say of their results.
 */
export const estimateCost = (checked: Checked): Range => new Estimator(checked).cost(checked.root);

/** What is known of a value: its size, that of its elements, and the declared type that it is data of. */
interface Known {
  readonly size?: Range;
  readonly elementSize?: Range;
  readonly keySize?: Range;
  readonly declared?: CelType;
}

class Estimator {
  readonly #checked: Checked;
  readonly #known = new Map<Expr, Known>();
  readonly #scopes: Map<string, Known>[] = [];

  constructor(checked: Checked) {
    this.#checked = checked;
  }

  cost(expr: Expr): Range {
    switch (expr.is) {
      case 'literal':
        return this.#learn(expr, literalSize(expr.value), fixed(0));
      case 'ident':
        return this.#learn(expr, this.#variable(expr), fixed(1));
      case 'select': {
        const operand = this.cost(expr.operand);
        const declared = memberOf(this.#known.get(expr.operand)?.declared, expr.field);
        const own = expr.testOnly ? fixed(0) : fixed(1);
        return this.#learn(expr, declared ? { declared } : {}, add(operand, own));
      }
      case 'call':
        return this.#call(expr);
      case 'list': {
        const costs = expr.elements.map(({ value }) => this.cost(value));
        const elementSize = unionOf(expr.elements.map(({ value }) => this.#size(value) ?? UNKNOWN));
        return this.#learn(expr, { size: fixed(expr.elements.length), elementSize }, sum(costs, fixed(10)));
      }
      case 'map': {
        const costs = expr.entries.flatMap(({ key, value }) => [this.cost(key), this.cost(value)]);
        const keySize = unionOf(expr.entries.map(({ key }) => this.#size(key) ?? UNKNOWN));
        const elementSize = unionOf(expr.entries.map(({ value }) => this.#size(value) ?? UNKNOWN));
        return this.#learn(
          expr,
          { size: fixed(expr.entries.length), keySize, elementSize },
          sum(costs, fixed(30)),
        );
      }
      case 'struct':
        return sum(
          expr.fields.map(({ value }) => this.cost(value)),
          fixed(40),
        );
      case 'fold':
        return expr.accuVar === ACCUMULATOR ? this.#fold(expr) : this.#bind(expr);
    }
  }

  #learn(expr: Expr, known: Known, cost: Range): Range {
    this.#known.set(expr, known);
    return cost;
  }

  #variable(expr: Expr & { is: 'ident' }): Known {
    for (let i = this.#scopes.length - 1; i >= 0; i--) {
      const known = this.#scopes[i]?.get(expr.name);
      if (known) return known;
    }
    return this.#checked.variables.has(expr.name) ? { declared: this.#checked.typeOf(expr) } : {};
  }

  #size(expr: Expr): Range | undefined {
    const known = this.#known.get(expr);
    if (known?.size) return known.size;
    const declared = known?.declared?.maxElements;
    if (declared !== undefined) return { min: 0, max: declared };
    return SCALARS.has(this.#checked.typeOf(expr).kind) ? fixed(1) : undefined;
  }

  #argument(expr: Expr): ArgumentSize {
    const known = this.#known.get(expr);
    const type = this.#checked.typeOf(expr);
    const elementSize = known?.elementSize ?? this.#elementSize(type, known?.declared);
    return {
      type,
      size: this.#size(expr) ?? UNKNOWN,
      ...(elementSize ? { elementSize } : {}),
      ...(expr.is === 'literal' && typeof expr.value === 'bigint' ? { literal: expr.value } : {}),
    };
  }

  #elementSize(type: CelType, declared: CelType | undefined): Range | undefined {
    if (type.kind !== 'list' || (type.element.kind !== 'string' && type.element.kind !== 'bytes'))
      return undefined;
    const max = declared?.kind === 'list' ? declared.element.maxElements : undefined;
    return { min: 0, max: max ?? Infinity };
  }

  #call(expr: Call): Range {
    const { overloads, args } = this.#checked.callOf(expr);
    const all = args.length > 0 ? args : expr.args;
    const costs = all.map((arg) => this.cost(arg));
    const [first, second, third] = costs;
    if ((expr.name === '_&&_' || expr.name === '_||_') && first && second)
      return { min: first.min, max: first.max + second.max };
    if (expr.name === '_?_:_' && first && second && third)
      return this.#conditional(expr, [first, second, third]);
    if (expr.name === 'dyn')
      return this.#learn(expr, this.#known.get(all[0] as Expr) ?? {}, sum(costs, fixed(1)));
    if (expr.name === '_?._') return this.#optionalSelect(expr, costs);
    const own = this.#overloads(expr, overloads, all);
    return sum(costs, own);
  }

  /** The range that covers all overloads that may be meant. */
  #overloads(
    expr: Call,
    overloads: readonly {
      readonly cost?: {
        estimate(args: readonly ArgumentSize[]): { readonly cost: Range; readonly size?: Range };
      };
    }[],
    args: readonly Expr[],
  ): Range {
    const sizes = args.map((arg) => this.#argument(arg));
    const estimates = overloads.map(({ cost }) => cost?.estimate(sizes) ?? { cost: fixed(1) });
    const known: { size?: Range; declared?: CelType } = {};
    const resultSizes = estimates.flatMap(({ size }) => (size ? [size] : []));
    if (resultSizes.length > 0) known.size = unionOf(resultSizes);
    const container = this.#known.get(args[0] as Expr);
    if (expr.name === '_[_]' || expr.name === '_[?_]') {
      const declared = elementOf(container?.declared);
      if (declared) known.declared = declared;
      if (container?.elementSize) known.size = container.elementSize;
    }
    if (expr.name === 'orValue' || expr.name === 'value' || expr.name === 'or') {
      if (container?.declared) known.declared = container.declared;
    }
    this.#known.set(expr, known);
    return unionOf(estimates.map(({ cost }) => cost));
  }

  #optionalSelect(expr: Call, costs: readonly Range[]): Range {
    const [operand, field] = expr.args;
    const name = field?.is === 'literal' ? String(field.value) : '';
    const declared = operand && memberOf(this.#known.get(operand)?.declared, name);
    return this.#learn(expr, declared ? { declared } : {}, add(costs[0] ?? fixed(0), fixed(1)));
  }

  #conditional(expr: Call, [condition, yes, no]: readonly [Range, Range, Range]): Range {
    const [, left, right] = expr.args as readonly [Expr, Expr, Expr];
    const size = union(this.#size(left) ?? UNKNOWN, this.#size(right) ?? UNKNOWN);
    const sizes = [this.#known.get(left)?.elementSize, this.#known.get(right)?.elementSize];
    const elementSize = sizes[0] && sizes[1] && union(sizes[0], sizes[1]);
    return this.#learn(
      expr,
      { size, ...(elementSize ? { elementSize } : {}) },
      add(condition, union(yes, no)),
    );
  }

  #bind(expr: Comprehension): Range {
    const init = add(this.cost(expr.range), this.cost(expr.init));
    this.#scopes.push(new Map([[expr.accuVar, this.#withSize(expr.init)]]));
    const result = this.cost(expr.result);
    this.#scopes.pop();
    return this.#learn(expr, this.#known.get(expr.result) ?? {}, add(init, result));
  }

  #withSize(expr: Expr): Known {
    const size = this.#size(expr);
    return { ...this.#known.get(expr), ...(size ? { size } : {}) };
  }

  #fold(expr: Comprehension): Range {
    const before = add(this.cost(expr.range), this.cost(expr.init));
    const range = this.#known.get(expr.range) ?? {};
    const count = this.#size(expr.range) ?? UNKNOWN;
    this.#scopes.push(new Map([[expr.accuVar, this.#withSize(expr.init)]]));
    this.#scopes.push(this.#iteration(expr, range));
    const each = add(this.cost(expr.condition), this.cost(expr.step));
    this.#scopes.pop();
    const result = this.cost(expr.result);
    this.#scopes.pop();
    const known = this.#folded(expr, count);
    return this.#learn(expr, known, add(add(before, result), multiply(count, each)));
  }

  /** What the macros make: a value of fixed size, or a list or map with at most as many elements as they went through. */
  #folded(expr: Comprehension, count: Range): Known {
    if (expr.init.is === 'literal') return { size: this.#size(expr.init) ?? fixed(1) };
    const elementSize =
      this.#known.get(expr.step)?.elementSize ?? stepElement(expr.step, (e) => this.#size(e));
    return { size: count, ...(elementSize ? { elementSize } : {}) };
  }

  #iteration(expr: Comprehension, range: Known): Map<string, Known> {
    const isList = this.#checked.typeOf(expr.range).kind === 'list';
    const declared = elementOf(range.declared);
    const element: Known = {
      ...(range.elementSize ? { size: range.elementSize } : {}),
      ...(declared ? { declared } : {}),
    };
    const keyDeclared = range.declared?.kind === 'map' ? range.declared.key : undefined;
    const key: Known = isList
      ? { size: fixed(1) }
      : {
          ...(range.keySize ? { size: range.keySize } : {}),
          ...(keyDeclared ? { declared: keyDeclared } : {}),
        };
    if (expr.iterVar2 !== undefined)
      return new Map([
        [expr.iterVar, key],
        [expr.iterVar2, element],
      ]);
    return new Map([
      [expr.iterVar, isList ? element : this.#checked.typeOf(expr.range).kind === 'map' ? key : {}],
    ]);
  }
}

const SCALARS: ReadonlySet<string> = new Set([
  'bool',
  'int',
  'uint',
  'double',
  'null',
  'timestamp',
  'duration',
  'type',
]);

/** The elements that a step `accumulator + [x]` adds, perhaps on a condition. */
function stepElement(step: Expr, size: (expr: Expr) => Range | undefined): Range | undefined {
  if (step.is !== 'call') return undefined;
  if (step.name === '_?_:_') return step.args[1] && stepElement(step.args[1], size);
  const added = step.name === '_+_' ? step.args[1] : undefined;
  const element = added?.is === 'list' ? added.elements[0]?.value : undefined;
  return element && size(element);
}

const sum = (costs: readonly Range[], own: Range): Range => costs.reduce(add, own);
const unionOf = (ranges: readonly Range[]): Range => (ranges.length === 0 ? fixed(0) : ranges.reduce(union));

const elementOf = (type: CelType | undefined): CelType | undefined =>
  type?.kind === 'list' ? type.element : type?.kind === 'map' ? type.value : undefined;

const memberOf = (type: CelType | undefined, field: string): CelType | undefined =>
  type?.kind === 'object' ? type.fields.get(field)?.type : type?.kind === 'map' ? type.value : undefined;

function literalSize(value: Value): Known {
  if (typeof value === 'string') return { size: fixed([...value].length) };
  if (value instanceof Uint8Array) return { size: fixed(value.length) };
  return value instanceof Uint || value === null || typeof value !== 'object' ? { size: fixed(1) } : {};
}

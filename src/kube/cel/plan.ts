import type { Call, Comprehension, Expr, ListExpr, MapExpr, Select, StructExpr } from './ast.ts';
import { fromStruct } from './data.ts';
import type { Checked } from './declarations.ts';
import { dispatch, typeNameOf } from './dispatch.ts';
import type { Meter } from './meter.ts';
import { select } from './selection.ts';
import {
  ArrayList,
  CelList,
  CelMap,
  ConstantList,
  EntryMap,
  Failure,
  fail,
  noSuchOverload,
  Optional,
  TypeValue,
  type Value,
} from './values.ts';

/** What one evaluation works with. */
export interface Frame {
  readonly variables: (name: string) => Value;
  /** Of folds, by their place in the plan. */
  readonly slots: Value[];
  readonly meter: Meter;
}

export type Eval = (frame: Frame) => Value;

/** Base costs of what makes a value (cel-go `common/cost.go`). */
const LIST_COST = 10;
const MAP_COST = 30;
const STRUCT_COST = 40;

/** The expression as one function. Each step pays for itself before its value is used. */
export function plan(checked: Checked): { readonly run: Eval; readonly slots: number } {
  const planner = new Planner(checked);
  return { run: planner.plan(checked.root), slots: planner.slots };
}

class Planner {
  readonly #checked: Checked;
  #scope: ReadonlyMap<string, number> = new Map();
  slots = 0;

  constructor(checked: Checked) {
    this.#checked = checked;
  }

  plan(expr: Expr): Eval {
    switch (expr.is) {
      case 'literal': {
        const { value } = expr;
        return () => value;
      }
      case 'ident':
        return this.#variable(expr.name);
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

  #variable(name: string): Eval {
    const slot = this.#scope.get(name);
    if (slot !== undefined)
      return ({ slots, meter }) => {
        meter.cost(1);
        return slots[slot] as Value;
      };
    if (this.#checked.variables.has(name))
      return ({ variables, meter }) => {
        meter.cost(1);
        return variables(name);
      };
    const type = new TypeValue(name);
    return () => type;
  }

  /** `variables.count`, where it is declared so and nothing local is called `variables`. */
  #isQualifiedVariable(name: string): boolean {
    return this.#checked.variables.has(name) && !this.#scope.has(name.split('.')[0] ?? '');
  }

  #select(expr: Select): Eval {
    const { field, testOnly } = expr;
    const typeName = this.#checked.typeOf(expr);
    if (!testOnly && (typeName.kind === 'type' || this.#isQualifiedVariable(nameOf(expr))))
      return this.#variable(nameOf(expr));
    const operand = this.plan(expr.operand);
    if (testOnly)
      return (frame) => {
        const value = operand(frame);
        return value instanceof Failure ? value : select(value, field).isPresent();
      };
    return (frame) => {
      const value = operand(frame);
      frame.meter.cost(1);
      return value instanceof Failure ? value : select(value, field).value();
    };
  }

  #call(expr: Call): Eval {
    const special = SPECIAL[expr.name];
    if (special && !expr.target) return special(expr.args.map((arg) => this.plan(arg)));
    if (expr.name === '_?._') return this.#optionalSelect(expr);
    const { overloads, args } = this.#checked.callOf(expr);
    const planned = args.map((arg) => this.plan(arg));
    return (frame) => {
      const values: Value[] = [];
      for (const arg of planned) {
        const value = arg(frame);
        if (value instanceof Failure) return value;
        values.push(value);
      }
      const chosen = dispatch(overloads, values);
      if (!chosen) return noSuchOverload();
      // What a call costs by its arguments is paid before it runs; by its result, after.
      const { cost, run } = chosen;
      frame.meter.work(1);
      const result = run(values, frame.meter);
      frame.meter.cost(cost ? cost.actual(values, result) : 1);
      return result;
    };
  }

  #optionalSelect(expr: Call): Eval {
    const [target, name] = expr.args as readonly [Expr, Expr];
    const operand = this.plan(target);
    const field = name.is === 'literal' ? String(name.value) : '';
    return (frame) => {
      const value = operand(frame);
      frame.meter.cost(1);
      if (value instanceof Failure) return value;
      const selected = select(value, field);
      if (value instanceof Optional) return selected.value();
      return selected.isPresent() === true ? some(selected.value()) : Optional.NONE;
    };
  }

  #list({ elements }: ListExpr): Eval {
    const constants = elements.flatMap(({ value, optional }) =>
      value.is === 'literal' && !optional ? [value.value] : [],
    );
    if (constants.length > 0 && constants.length === elements.length) {
      // Folded into a constant, which costs nothing (`cel.OptOptimize`); copied where it is appended to.
      const list = new ConstantList(constants);
      return () => list;
    }
    const planned = elements.map(({ value, optional }) => ({ run: this.plan(value), optional }));
    return (frame) => {
      frame.meter.cost(LIST_COST);
      const values: Value[] = [];
      for (const { run, optional } of planned) {
        const value = run(frame);
        if (value instanceof Failure) return value;
        if (!optional) values.push(value);
        else if (value instanceof Optional) {
          if (value.value !== undefined) values.push(value.value);
        } else return noSuchOverload();
      }
      return new ArrayList(values);
    };
  }

  #map({ entries }: MapExpr): Eval {
    const planned = entries.map((entry) => ({
      key: this.plan(entry.key),
      run: this.plan(entry.value),
      optional: entry.optional,
    }));
    return (frame) => {
      frame.meter.cost(MAP_COST);
      let map = new EntryMap();
      for (const { key, run, optional } of planned) {
        const [name, value] = [key(frame), run(frame)];
        if (name instanceof Failure) return name;
        if (value instanceof Failure) return value;
        const present = optional ? (value instanceof Optional ? value.value : noSuchOverload()) : value;
        if (present === undefined) continue;
        if (present instanceof Failure) return present;
        const next = map.insert(name, present);
        if (next instanceof Failure) return fail('Failed with repeated key');
        map = next;
      }
      return map;
    };
  }

  #struct(expr: StructExpr): Eval {
    const type = this.#checked.typeOf(expr);
    const planned = expr.fields.map(({ name, value, optional }) => ({
      name,
      run: this.plan(value),
      optional,
    }));
    return (frame) => {
      frame.meter.cost(STRUCT_COST);
      const fields = new Map<string, Value>();
      for (const { name, run, optional } of planned) {
        const value = run(frame);
        if (value instanceof Failure) return value;
        const present = optional && value instanceof Optional ? value.value : value;
        if (present !== undefined) fields.set(name, present);
      }
      return type.kind === 'object' ? fromStruct(type, fields) : noSuchOverload();
    };
  }

  #fold(expr: Comprehension): Eval {
    const range = this.plan(expr.range);
    const init = this.plan(expr.init);
    const outer = this.#scope;
    const take = () => this.slots++;
    const [accu, first, second] = [take(), take(), take()] as const;
    const withAccu = new Map([...outer, [expr.accuVar, accu]]);
    this.#scope = new Map([
      ...withAccu,
      [expr.iterVar, first],
      ...(expr.iterVar2 === undefined ? [] : [[expr.iterVar2, second] as const]),
    ]);
    const [condition, step] = [this.plan(expr.condition), this.plan(expr.step)];
    this.#scope = withAccu;
    const result = this.plan(expr.result);
    this.#scope = outer;
    const isPair = expr.iterVar2 !== undefined;
    return (frame) => {
      const over = range(frame);
      if (over instanceof Failure) return over;
      const { slots } = frame;
      slots[accu] = init(frame);
      for (const [key, value] of entriesOf(over, isPair)) {
        if (key instanceof Failure) return key;
        slots[first] = key;
        slots[second] = value;
        if (condition(frame) === false) break;
        slots[accu] = step(frame);
      }
      return result(frame);
    };
  }
}

function* entriesOf(over: Value, isPair: boolean): Generator<readonly [Value, Value]> {
  if (over instanceof CelList) {
    for (let i = 0; i < over.size; i++) yield isPair ? [BigInt(i), over.at(i)] : [over.at(i), null];
  } else if (over instanceof CelMap) {
    for (const key of over.keys()) yield [key, isPair ? (over.get(key) as Value) : null];
  } else yield [fail(`got '${typeNameOf(over)}', expected iterable type`), null];
}

const some = (value: Value): Value => (value instanceof Failure ? value : new Optional(value));

function nameOf(expr: Expr): string {
  if (expr.is === 'ident') return expr.name;
  return expr.is === 'select' ? `${nameOf(expr.operand)}.${expr.field}` : '';
}

/** What does not evaluate all of its arguments, or works with failures. */
const SPECIAL: Readonly<Record<string, (args: readonly Eval[]) => Eval>> = {
  '_&&_': ([left, right]) => logical(left as Eval, right as Eval, false),
  '_||_': ([left, right]) => logical(left as Eval, right as Eval, true),
  '_?_:_':
    ([condition, yes, no]) =>
    (frame) => {
      const value = (condition as Eval)(frame);
      if (value === true) return (yes as Eval)(frame);
      if (value === false) return (no as Eval)(frame);
      return value instanceof Failure ? value : noSuchOverload();
    },
  '@not_strictly_false':
    ([operand]) =>
    (frame) => {
      frame.meter.cost(1);
      return (operand as Eval)(frame) !== false;
    },
};

/** One side that decides is enough, whatever becomes of the other. */
function logical(left: Eval, right: Eval, decides: boolean): Eval {
  return (frame) => {
    const first = left(frame);
    if (first === decides) return decides;
    const second = right(frame);
    if (second === decides) return decides;
    if (first instanceof Failure) return first;
    if (second instanceof Failure) return second;
    return typeof first === 'boolean' && typeof second === 'boolean' ? !decides : noSuchOverload();
  };
}

import { isNilValue, typeOf } from '../kinds.ts';
import { type Budget, type GoSlice, Num, Struct, type Value } from '../values.ts';

/** reflect.DeepEqual: equal types, then equal contents. An int never equals an int64, a nil slice no empty one. */
export function deepEqual(a: Value, b: Value, budget: Budget): boolean {
  return new Comparison(budget).equal(a, b);
}

class Comparison {
  readonly #budget: Budget;
  /** Pairs that are being compared further up: those of values that contain themselves are taken for equal. */
  readonly #visited = new Map<object, Set<object>>();
  constructor(budget: Budget) {
    this.#budget = budget;
  }

  equal(a: Value, b: Value): boolean {
    if (typeof a !== 'object' || typeof b !== 'object') return a === b;
    if (a === null || b === null) return a === b;
    this.#budget.spend(1);
    if (typeOf(a) !== typeOf(b) || isNilValue(a) !== isNilValue(b)) return false;
    if (a instanceof Num || b instanceof Num) return equalNumbers(a, b);
    return a === b || this.#visits(a, b) || this.#contents(a, b);
  }

  #visits(a: object, b: object): boolean {
    const others = this.#visited.get(a) ?? new Set();
    this.#visited.set(a, others);
    if (others.has(b)) return true;
    others.add(b);
    return false;
  }

  #contents(a: object, b: object): boolean {
    if (a instanceof Map && b instanceof Map) return this.#maps(a, b);
    if (Array.isArray(a) && Array.isArray(b)) return this.#slices(a, b);
    if (a instanceof Struct && b instanceof Struct) return this.#structs(a, b);
    return a instanceof Uint8Array && b instanceof Uint8Array && Buffer.compare(a, b) === 0;
  }

  #slices(a: GoSlice, b: GoSlice): boolean {
    return a.length === b.length && a.every((item, i) => this.equal(item, b[i] ?? null));
  }

  #maps(a: ReadonlyMap<string, Value>, b: ReadonlyMap<string, Value>): boolean {
    if (a.size !== b.size) return false;
    for (const [key, value] of a) {
      const other = b.get(key);
      if (other === undefined || !this.equal(value, other)) return false;
    }
    return true;
  }

  /** Functions are equal to nothing, not even to themselves. */
  #structs(a: Struct, b: Struct): boolean {
    return !a.type.name.startsWith('func(') && this.#maps(a.fields, b.fields);
  }
}

const equalNumbers = (a: Value, b: Value): boolean =>
  a instanceof Num && b instanceof Num && a.type === b.type && a.value === b.value;

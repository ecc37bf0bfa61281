import type { Call, Expr } from './ast.ts';
import type { Overload } from './overload.ts';
import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DYN,
  INT,
  listType,
  mapType,
  NULL,
  type ObjectType,
  optionalOf,
  STRING,
  UINT,
} from './types.ts';
import { Uint, type Value } from './values.ts';

/** What an expression may name. */
export interface Declarations {
  readonly variables: Readonly<Record<string, CelType>>;
  readonly functions: ReadonlyMap<string, readonly Overload[]>;
  /** Objects that may be written, `Type{field: value}`, by name. */
  readonly structs?: ReadonlyMap<string, ObjectType>;
}

/** What is known of an expression whose types fit. */
export interface Checked {
  readonly root: Expr;
  readonly type: CelType;
  readonly typeOf: (expr: Expr) => CelType;
  /** The overloads that a call may mean, and its arguments with the receiver first. */
  readonly callOf: (expr: Call) => CheckedCall;
  /** Names of variables that stand for a field: `a.b` where it is declared so. */
  readonly variables: ReadonlySet<string>;
}

export interface CheckedCall {
  readonly overloads: readonly Overload[];
  readonly args: readonly Expr[];
}

/** Types that an expression may name. */
const TYPE_NAMES: Readonly<Record<string, CelType>> = {
  int: INT,
  uint: UINT,
  double: DOUBLE,
  bool: BOOL,
  string: STRING,
  bytes: BYTES,
  list: listType(DYN),
  map: mapType(DYN, DYN),
  null_type: NULL,
  type: { kind: 'type', of: DYN },
  optional_type: optionalOf(DYN),
  'google.protobuf.Timestamp': { kind: 'timestamp' },
  'google.protobuf.Duration': { kind: 'duration' },
};

/** `a.b.c` as one name. */
export function qualifiedName(expr: Expr): string | undefined {
  if (expr.is === 'ident') return expr.name;
  if (expr.is !== 'select' || expr.testOnly) return undefined;
  const before = qualifiedName(expr.operand);
  return before === undefined ? undefined : `${before}.${expr.field}`;
}

export function literalType(value: Value): CelType {
  if (value === null) return NULL;
  if (value instanceof Uint) return UINT;
  if (value instanceof Uint8Array) return BYTES;
  switch (typeof value) {
    case 'boolean':
      return BOOL;
    case 'bigint':
      return INT;
    case 'number':
      return DOUBLE;
    default:
      return STRING;
  }
}

/** The names that an expression may use where it stands. */
export class Names {
  /** Variables of the environment that were found. */
  readonly used = new Set<string>();
  readonly #variables: Readonly<Record<string, CelType>>;
  readonly #scopes: ReadonlyMap<string, CelType>[] = [];

  constructor(variables: Readonly<Record<string, CelType>>) {
    this.#variables = variables;
  }

  push(scope: ReadonlyMap<string, CelType>): void {
    this.#scopes.push(scope);
  }

  pop(): void {
    this.#scopes.pop();
  }

  /** Whether it is a variable of a macro, which hides what the environment calls so. */
  isLocal = (name: string): boolean => this.#scopes.some((scope) => scope.has(name));

  /** Whether it is a variable. */
  has = (name: string): boolean => this.isLocal(name) || Object.hasOwn(this.#variables, name);

  /** The type of a variable, or of a name of a type. */
  find(name: string): CelType | undefined {
    for (let i = this.#scopes.length - 1; i >= 0; i--) {
      const local = this.#scopes[i]?.get(name);
      if (local) return local;
    }
    if (Object.hasOwn(this.#variables, name)) {
      this.used.add(name);
      return this.#variables[name];
    }
    const type = Object.hasOwn(TYPE_NAMES, name) ? TYPE_NAMES[name] : undefined;
    return type && { kind: 'type', of: type };
  }
}

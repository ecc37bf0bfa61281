import { compile, type Environment, type Program } from '../../../src/kube/cel/compile.ts';
import { fromJson } from '../../../src/kube/cel/data.ts';
import { Account, type Budget } from '../../../src/kube/cel/meter.ts';
import { type CelType, DYN } from '../../../src/kube/cel/types.ts';
import {
  CelList,
  CelMap,
  Duration,
  Failure,
  Optional,
  Timestamp,
  TypeValue,
  Uint,
  type Value,
} from '../../../src/kube/cel/values.ts';
import type { Json } from '../../../src/kube/values/types.ts';

/** A value in one line: `1`, `1u`, `1.0`, `"a"`, `[1, 2]`, `{"a": 1}`, `error: no such key: a`. */
export function show(value: Value): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return Number.isInteger(value) ? `${value}.0` : String(value);
  if (typeof value === 'string') return JSON.stringify(value);
  if (value instanceof Uint) return `${value.value}u`;
  if (value instanceof Uint8Array) return `b${JSON.stringify(Buffer.from(value).toString('latin1'))}`;
  if (value instanceof Failure) return `error: ${value.message}`;
  if (value instanceof CelList) return `[${[...value].map(show).join(', ')}]`;
  if (value instanceof CelMap)
    return `{${[...value.keys()].map((key) => `${show(key)}: ${show(value.get(key) ?? null)}`).join(', ')}}`;
  if (value instanceof Optional) return value.value === undefined ? 'none' : `some(${show(value.value)})`;
  if (value instanceof TypeValue) return value.name;
  if (value instanceof Timestamp || value instanceof Duration) return `${value.nanos}ns`;
  return 'opaque';
}

export function program(source: string, environment: Environment = { variables: {} }): Program {
  const compiled = compile(source, environment);
  if (!compiled.ok) throw new Error(compiled.text);
  return compiled.program;
}

/** The value of an expression; its variable `d` is the JSON, of that type. */
export function evaluate(source: string, d: Json = null, type: CelType = DYN, budget?: Budget): string {
  const { evaluate: run } = program(source, { variables: { d: type } });
  return show(run(() => fromJson(d, type), new Account(budget)));
}

/** What is wrong with an expression: its messages with their offsets. */
export function problemsOf(source: string, variables: Environment['variables'] = {}): readonly string[] {
  const compiled = compile(source, { variables });
  return compiled.ok ? [] : compiled.problems.map(({ offset, message }) => `${offset}: ${message}`);
}

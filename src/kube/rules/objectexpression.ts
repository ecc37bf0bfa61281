import { compile, isCostExceeded, type Program } from '../cel/compile.ts';
import { fromJson } from '../cel/data.ts';
import type { Account } from '../cel/meter.ts';
import { DYN, formatType } from '../cel/types.ts';
import { Failure } from '../cel/values.ts';
import type { Json, KubeObject } from '../values/types.ts';

/** What an expression may come to. */
export type Wanted = 'bool' | 'string';

export type ObjectExpression =
  | { readonly ok: true; readonly program: Program }
  /** `at` is `line:column` within the expression, both from 1. */
  | { readonly ok: false; readonly at: string; readonly message: string };

/** An expression of CEL about one object, which it names `object`, of any kind. */
export function compileOnObject(source: string, wanted: Wanted): ObjectExpression {
  const compiled = compile(source, { variables: { object: DYN } });
  if (!compiled.ok) {
    const [{ offset, message } = { offset: 0, message: compiled.text }] = compiled.problems;
    const before = source.slice(0, offset).split('\n');
    return { ok: false, at: `${before.length}:${[...(before.at(-1) ?? '')].length + 1}`, message };
  }
  const type = formatType(compiled.program.outputType);
  if (type === wanted || type === 'dyn') return compiled;
  return { ok: false, at: '1:1', message: `comes to ${type}, not ${wanted}` };
}

export type Evaluated<T> =
  | { readonly type: 'value'; readonly value: T }
  /** Something that it names is not there: the object does not say it (yet). */
  | { readonly type: 'absent'; readonly message: string }
  | { readonly type: 'failed'; readonly message: string };

/** What it comes to for an object, within what the account allows. */
export function evaluateOnObject<T extends boolean | string>(
  program: Program,
  object: KubeObject,
  account: Account,
  perCall: number,
): Evaluated<T> {
  const value = program.evaluate(() => fromJson(object as unknown as Json, DYN), account, perCall);
  if (isCostExceeded(value)) return { type: 'failed', message: 'it costs more than a rule may' };
  if (value instanceof Failure) {
    const { message } = value;
    return { type: message.startsWith('no such key') ? 'absent' : 'failed', message };
  }
  return typeof value === 'boolean' || typeof value === 'string'
    ? { type: 'value', value: value as T }
    : { type: 'failed', message: 'it comes to neither true nor false' };
}

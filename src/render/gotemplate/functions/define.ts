import type { Budget, GoFunction, GoMap, GoSlice, ParamType, Value } from '../values.ts';

/** What a parameter's argument is in JavaScript; integers of every width are bigints. */
interface Argument {
  readonly any: Value;
  readonly bool: boolean;
  readonly string: string;
  readonly int: bigint;
  readonly int64: bigint;
  readonly uint: bigint;
  readonly float64: number;
  readonly 'map[string]interface {}': GoMap;
  readonly '[]interface {}': GoSlice;
  readonly '[]string': GoSlice;
  readonly '[]byte': Uint8Array;
}

type Arguments<P extends readonly ParamType[]> = { readonly [K in keyof P]: Argument[P[K]] };

/** A function of a fixed number of parameters: `trunc: define(['int', 'string'], ([count, text]) => …)`. */
export const define = <const P extends readonly ParamType[]>(
  params: P,
  call: (args: Arguments<P>, budget: Budget) => Value,
): GoFunction => ({ params, call: call as unknown as GoFunction['call'] });

/** A function whose last parameter takes any number of arguments. */
export const variadic = <const P extends readonly ParamType[], R extends ParamType>(
  params: P,
  rest: R,
  call: (args: readonly [...Arguments<P>, ...Argument[R][]], budget: Budget) => Value,
): GoFunction => ({ params, variadic: rest, call: call as unknown as GoFunction['call'] });

/** The builtin `call` of text/template (funcs.go), for values that are functions. */
import { type Callable, isAssignable, nilOf, parameterName, type Reflected } from './callables.ts';
import { integerOf, typeOf } from './kinds.ts';
import { GoError, type GoFunction, type ParamType, Struct, type Value } from './values.ts';

/** `name` is what the template calls the function. */
export const callFunction =
  (name: string): Callable['call'] =>
  ([callee, ...args], budget) => {
    if (callee === undefined || callee === null) throw new GoError('call of nil');
    const target = callee instanceof Struct ? callee.type.call : undefined;
    if (!target) throw new GoError(`non-function ${name} of type ${typeOf(callee)}`);
    checkCount(target, name, args.length);
    const { params, variadic = 'any' } = target;
    return target.call(
      args.map((arg, i) => prepared(arg, params[i] ?? variadic, i)),
      budget,
    );
  };

function checkCount({ params, variadic }: GoFunction, name: string, got: number): void {
  const wanted = params.length;
  const wrong = variadic === undefined ? got !== wanted : got < wanted;
  if (!wrong) return;
  const least = variadic === undefined ? '' : 'at least ';
  throw new GoError(`wrong number of args for ${name}: got ${got} want ${least}${wanted}`);
}

const INTEGER_TYPES: ReadonlySet<ParamType> = new Set<ParamType>(['int', 'int64', 'uint']);

/** Integers become those of the parameter's type. */
function prepared(arg: Reflected, type: ParamType, position: number): Value {
  const name = parameterName(type);
  if (arg === undefined || arg === null) {
    if (type === 'any') return null;
    const nil = nilOf(type);
    if (nil === undefined) throw new GoError(`arg ${position}: value is nil; should be of type ${name}`);
    return nil;
  }
  const integer = integerOf(arg);
  if (integer !== undefined && INTEGER_TYPES.has(type))
    return type === 'uint' ? BigInt.asUintN(64, integer) : BigInt.asIntN(64, integer);
  if (isAssignable(arg, type)) return arg;
  throw new GoError(`arg ${position}: value has type ${typeOf(arg)}; should be ${name}`);
}

/** The comparisons of text/template (funcs.go): values of one basic kind, or integers of either sign. */
import type { Reflected } from './callables.ts';
import { sprintf } from './format/sprintf.ts';
import { type BasicKind, basicKind, compareText, isNilValue, kindOf, numberOf, typeOf } from './kinds.ts';
import { GoError, type Value } from './values.ts';

const isInteger = (kind: BasicKind): boolean => kind === 'int' || kind === 'uint';
const isHeld = (value: Reflected): value is Exclude<Value, null> => value !== undefined && value !== null;

const incompatible = (a: Value, b: Value): GoError =>
  new GoError(`incompatible types for comparison: ${typeOf(a)} and ${typeOf(b)}`);

/** Whether a value equals any of some others. @throws GoError */
export function equal(first: Reflected, others: readonly Reflected[]): boolean {
  if (others.length === 0) throw new GoError('missing argument for comparison');
  return others.some((other) => equals(first, other));
}

function equals(a: Reflected, b: Reflected): boolean {
  const [kindA, kindB] = [basicKind(a), basicKind(b)];
  if (kindA !== kindB && !(isInteger(kindA) && isInteger(kindB))) {
    if (isHeld(a) && isHeld(b)) throw incompatible(a, b);
    return false;
  }
  if (kindA !== 'invalid') return (numberOf(a) ?? a) === (numberOf(b) ?? b);
  return sameThing(a, b);
}

/** Values of no basic kind: nil equals nil, and structs may be compared; maps and slices may not. */
function sameThing(a: Reflected, b: Reflected): boolean {
  if (isHeld(a) && isHeld(b) && kindOf(a) !== kindOf(b)) {
    const types = [sprintf('%s', [a]), typeOf(a), typeOf(b), sprintf('%v', [b])];
    throw new GoError(`non-comparable types ${types[0]}: ${types[1]}, ${types[2]}: ${types[3]}`);
  }
  if (isNilValue(a) || isNilValue(b)) return isNilValue(a) === isNilValue(b);
  if (!isHeld(b)) return false;
  const kind = kindOf(b);
  if (kind === 'map' || kind === 'slice' || kind === 'func')
    throw new GoError(`non-comparable type ${sprintf('%s', [b])}: ${typeOf(b)}`);
  return a === b;
}

const badType = (): GoError => new GoError('invalid type for comparison');

/** @throws GoError */
export function less(a: Reflected, b: Reflected): boolean {
  const [kindA, kindB] = [basicKind(a), basicKind(b)];
  if (kindA === 'invalid' || kindB === 'invalid' || !isHeld(a) || !isHeld(b)) throw badType();
  if (kindA !== kindB && !(isInteger(kindA) && isInteger(kindB))) throw incompatible(a, b);
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b) < 0;
  const [x, y] = [numberOf(a), numberOf(b)];
  if (x === undefined || y === undefined) throw badType();
  return x < y;
}

export const lessOrEqual = (a: Reflected, b: Reflected): boolean => less(a, b) || equal(a, [b]);
export const greater = (a: Reflected, b: Reflected): boolean => !lessOrEqual(a, b);
export const greaterOrEqual = (a: Reflected, b: Reflected): boolean => !less(a, b);

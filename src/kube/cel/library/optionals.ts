import { type Overload, overload } from '../overload.ts';
import { ArrayList, CelList, CelMap, fail, Optional, Uint, type Value } from '../values.ts';
import { orElse } from './operators.ts';

/** Kept where it is not the zero of its type. */
function ofNonZero(value: Value): Value {
  const isZero =
    value === null ||
    value === false ||
    value === 0 ||
    value === 0n ||
    value === '' ||
    (value instanceof Uint && value.value === 0n) ||
    (value instanceof Uint8Array && value.length === 0) ||
    ((value instanceof CelList || value instanceof CelMap) && value.size === 0);
  return isZero ? Optional.NONE : new Optional(value);
}

/** `optional.of(x)` and what can be done with it (cel-go `cel/library.go`). */
export const OPTIONALS: readonly Overload[] = [
  overload('optional.of(A) optional<A>', ([value]) => new Optional(value)),
  overload('optional.ofNonZeroValue(A) optional<A>', ([value]) => ofNonZero(value as Value)),
  overload('optional.none() optional<A>', () => Optional.NONE),
  overload('optional<A>::hasValue() bool', ([a]) => (a as Optional).value !== undefined),
  overload('optional<A>::value() A', ([a]) =>
    orElse((a as Optional).value, () => fail('optional.none() dereference')),
  ),
  overload('optional<A>::or(optional<A>) optional<A>', ([a, b]) =>
    (a as Optional).value === undefined ? (b as Value) : (a as Value),
  ),
  overload('optional<A>::orValue(A) A', ([a, b]) => orElse((a as Optional).value, () => b as Value)),
  overload('optional.unwrap(list<optional<A>>) list<A>', ([list]) => unwrap(list as CelList)),
  overload('list<optional<A>>::unwrapOpt() list<A>', ([list]) => unwrap(list as CelList)),
];

const unwrap = (list: CelList): Value =>
  new ArrayList(
    [...list].flatMap((each) =>
      (each as Optional).value === undefined ? [] : [(each as Optional).value as Value],
    ),
  );

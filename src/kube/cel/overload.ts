import type { CallCost } from './cost.ts';
import type { Meter } from './meter.ts';
import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listType,
  mapType,
  NULL,
  opaqueType,
  optionalOf,
  STRING,
  TIMESTAMP,
  UINT,
} from './types.ts';
import type { Value } from './values.ts';

/** One way to call a function: the types of its arguments, the receiver of a member first. */
export interface Overload {
  readonly name: string;
  readonly isMember: boolean;
  readonly params: readonly CelType[];
  readonly result: CelType;
  /** Gets values of the types of its parameters. */
  readonly run: (args: readonly Value[], meter: Meter) => Value;
  /** Left out: 1, whatever its arguments. */
  readonly cost?: CallCost;
}

const NAMED: Readonly<Record<string, CelType>> = {
  int: INT,
  uint: UINT,
  double: DOUBLE,
  string: STRING,
  bytes: BYTES,
  bool: BOOL,
  dyn: DYN,
  null: NULL,
  duration: DURATION,
  timestamp: TIMESTAMP,
  type: { kind: 'type', of: DYN },
};

/**
 * An overload by its signature: `size(list<A>) int`, or with the receiver before the point `string.indexOf(string, int) int`.
 * Capital letters are parameters of types; other names are opaque types.
 */
export function overload(signature: string, run: Overload['run'], cost?: CallCost): Overload {
  const [, receiver, name, args, result] = SIGNATURE.exec(signature) ?? [];
  if (name === undefined || args === undefined || result === undefined)
    throw new Error(`no signature: ${signature}`);
  const params = [...(receiver === undefined ? [] : [receiver]), ...splitArguments(args)].map(typeOf);
  return {
    name,
    isMember: receiver !== undefined,
    params,
    result: typeOf(result),
    run,
    ...(cost ? { cost } : {}),
  };
}

/** The receiver is written before `::`, for names of functions hold points themselves. */
const SIGNATURE = /^(?:(.+)::)?([^(]+)\((.*)\) (\S.*)$/;

function splitArguments(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let part = '';
  for (const character of text) {
    if (character === '<') depth += 1;
    if (character === '>') depth -= 1;
    if (character === ',' && depth === 0) {
      parts.push(part);
      part = '';
    } else part += character;
  }
  return text === '' ? [] : [...parts, part].map((each) => each.trim());
}

/** A type by its notation: `list<string>`, `map<K, V>`, `optional<T>`, `kubernetes.Quantity`. */
export function typeOf(text: string): CelType {
  const [, outer, inner] = /^(list|map|optional|type)<(.*)>$/.exec(text) ?? [];
  if (outer !== undefined && inner !== undefined) {
    const [first, second] = splitArguments(inner).map(typeOf) as [CelType, CelType];
    if (outer === 'type') return { kind: 'type', of: first };
    return outer === 'list' ? listType(first) : outer === 'map' ? mapType(first, second) : optionalOf(first);
  }
  if (/^[A-Z]$/.test(text)) return { kind: 'param', name: text };
  return NAMED[text] ?? opaqueType(text);
}

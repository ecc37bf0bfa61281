import type { CelType } from './types.ts';
import { CelList, CelMap, CelObject, Opaque, Optional, type Value } from './values.ts';

/** From the least to the most; Infinity where nothing bounds it. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** What an estimate knows of an argument. */
export interface ArgumentSize {
  readonly type: CelType;
  /** As `size()` counts; of other values, 1. */
  readonly size: Range;
  /** Of the elements of a list of strings. */
  readonly elementSize?: Range;
  /** Of an int that is written in the expression. */
  readonly literal?: bigint;
}

export interface CallEstimate {
  readonly cost: Range;
  readonly size?: Range;
}

/** What a call costs, as cel-go (`checker/cost.go`, `interpreter/runtimecost.go`) and `apiserver/pkg/cel/library/cost.go` have it. */
export interface CallCost {
  readonly actual: (args: readonly Value[], result: Value) => number;
  readonly estimate: (args: readonly ArgumentSize[]) => CallEstimate;
}

export const fixed = (n: number): Range => ({ min: n, max: n });
export const UNKNOWN: Range = { min: 0, max: Infinity };
const times = (a: number, b: number): number => (a === 0 || b === 0 ? 0 : a * b);
export const add = (a: Range, b: Range): Range => ({ min: a.min + b.min, max: a.max + b.max });
export const multiply = (a: Range, b: Range): Range => ({
  min: times(a.min, b.min),
  max: times(a.max, b.max),
});
export const union = (a: Range, b: Range): Range => ({
  min: Math.min(a.min, b.min),
  max: Math.max(a.max, b.max),
});
/** Rounded up, as each product of a cost is. */
export const scale = (a: Range, factor: number): Range => ({
  min: scaled(a.min, factor),
  max: scaled(a.max, factor),
});
// The rounding error of a binary tenth must not count as a unit: Go multiplies the same doubles.
const scaled = (n: number, factor: number): number => Math.ceil(n * factor);

export const TRAVERSAL = 0.1;
const PATTERN = 0.25;

/** Characters, bytes, elements, entries; 1 of what has no size. */
export function sizeOf(value: Value | undefined): number {
  if (typeof value === 'string') return value.length;
  if (value instanceof Uint8Array) return value.length;
  if (value instanceof Optional) return value.value === undefined ? 1 : sizeOf(value.value);
  if (
    value instanceof CelList ||
    value instanceof CelMap ||
    value instanceof CelObject ||
    value instanceof Opaque
  )
    return value.size;
  return 1;
}

const sizeAt = (args: readonly ArgumentSize[], i: number): Range => args[i]?.size ?? UNKNOWN;

/** Walking along one argument. `keepsSize`: the result is as long. */
export function traversal(argument = 0, factor = TRAVERSAL, keepsSize = false): CallCost {
  return {
    actual: (args) => scaled(sizeOf(args[argument]), factor),
    estimate: (args) => ({
      cost: scale(sizeAt(args, argument), factor),
      ...(keepsSize ? { size: sizeAt(args, argument) } : {}),
    }),
  };
}

/** The same, where the size of the result is a function of the arguments' sizes. */
export const sized = (cost: CallCost, size: (args: readonly ArgumentSize[]) => Range): CallCost => ({
  ...cost,
  estimate: (args) => ({ ...cost.estimate(args), size: size(args) }),
});

/** Each element of a list once. */
export const elements = (argument: number): CallCost => ({
  actual: (args) => sizeOf(args[argument]),
  estimate: (args) => ({ cost: sizeAt(args, argument) }),
});

/** Comparing each element of a list, whose strings are walked along. */
export const comparisons: CallCost = {
  actual: (args) => {
    const [list] = args;
    return list instanceof CelList ? list.size : scaled(sizeOf(list), TRAVERSAL);
  },
  estimate: ([list]) => {
    const size = list?.size ?? UNKNOWN;
    if (list?.type.kind !== 'list') return { cost: scale(size, TRAVERSAL) };
    const each = list.elementSize ? add(fixed(1), scale(list.elementSize, TRAVERSAL)) : fixed(1);
    return { cost: multiply(size, each) };
  },
};

/** The shorter of two values. */
export const shorter: CallCost = {
  actual: ([a, b]) => scaled(Math.min(sizeOf(a), sizeOf(b)), TRAVERSAL),
  estimate: (args) => {
    const max = Math.min(sizeAt(args, 0).max, sizeAt(args, 1).max);
    return { cost: scale({ min: max > 0 ? 1 : 0, max }, TRAVERSAL) };
  },
};

/** Two strings, one after the other. */
export const concatenation: CallCost = {
  actual: ([a, b]) => scaled(sizeOf(a) + sizeOf(b), TRAVERSAL),
  estimate: (args) => {
    const size = add(sizeAt(args, 0), sizeAt(args, 1));
    return { cost: scale(size, TRAVERSAL), size };
  },
};

/** Lists are joined without copying. */
export const joining: CallCost = {
  actual: () => 1,
  estimate: (args) => ({ cost: fixed(1), size: add(sizeAt(args, 0), sizeAt(args, 1)) }),
};

/** A text against a pattern: the product of their lengths. `atMost`: matches are elements of the result. */
export const matching = (isList = false): CallCost => ({
  actual: ([text, pattern]) => scaled(1 + sizeOf(text), TRAVERSAL) * scaled(sizeOf(pattern), PATTERN),
  estimate: (args) => ({
    cost: multiply(scale(add(sizeAt(args, 0), fixed(1)), TRAVERSAL), scale(sizeAt(args, 1), PATTERN)),
    ...(isList ? { size: { min: 0, max: sizeAt(args, 0).max } } : {}),
  }),
});

/** A text in another one. */
export const containing: CallCost = {
  actual: ([text, part]) => scaled(sizeOf(text), TRAVERSAL) * scaled(sizeOf(part), TRAVERSAL),
  estimate: (args) => ({
    cost: multiply(scale(sizeAt(args, 0), TRAVERSAL), scale(sizeAt(args, 1), TRAVERSAL)),
  }),
};

import type { ValueReads } from './valuereads.ts';

/** What is known of a value in a template without running it. */
export type Seen =
  /** The data of a chart, `.` at the start of its templates: `Values`, `Release` and so on are its members. */
  | { readonly type: 'root'; readonly scope: readonly string[] }
  /** A value of the chart at `scope`, by its path there. */
  | { readonly type: 'value'; readonly scope: readonly string[]; readonly path: readonly string[] }
  /** A value of some chart: whatever was handed over held `Values`. */
  | { readonly type: 'some'; readonly path: readonly string[] }
  | { readonly type: 'unknown' };

export const UNKNOWN: Seen = { type: 'unknown' };
export const rootOf = (scope: readonly string[]): Seen => ({ type: 'root', scope });

/** A member of it, and that one's member, by their names. */
export function memberOf(seen: Seen, names: readonly string[]): Seen {
  if (names.length === 0) return seen;
  switch (seen.type) {
    case 'value':
    case 'some':
      return { ...seen, path: [...seen.path, ...names] };
    case 'root': {
      const [first, ...rest] = names;
      if (first === 'Values') return { type: 'value', scope: seen.scope, path: rest };
      const [child, ...inside] = rest;
      if (first === 'Subcharts' && child !== undefined)
        return memberOf(rootOf([...seen.scope, child]), inside);
      return someOf(names);
    }
    case 'unknown':
      return someOf(names);
  }
}

function someOf(names: readonly string[]): Seen {
  const at = names.indexOf('Values');
  return at < 0 ? UNKNOWN : { type: 'some', path: names.slice(at + 1) };
}

/** How much of a value is read: its truth, or all of it. */
export type Depth = 'look' | 'take';

/** Notes that it is read. `scopes`: those of all charts, for a value of which nobody knows whose it is. */
export function note(
  reads: ValueReads,
  scopes: readonly (readonly string[])[],
  seen: Seen,
  depth: Depth,
): void {
  if (seen.type === 'some') for (const scope of scopes) noteIn(reads, scope, seen.path, depth);
  if (seen.type === 'value') noteIn(reads, seen.scope, seen.path, depth);
}

function noteIn(reads: ValueReads, scope: readonly string[], path: readonly string[], depth: Depth): void {
  reads[depth]([...scope, ...path]);
  // What is global is set for all charts below.
  if (path[0] === 'global')
    for (let above = scope.length - 1; above >= 0; above--) reads[depth]([...scope.slice(0, above), ...path]);
}

/** A key for what has been analysed with it. */
export const keyOfSeen = (seen: Seen): string => JSON.stringify(seen);

/** Lines `from`–`to` (half open) of the old text are replaced by `lines`. */
interface Hunk {
  readonly from: number;
  readonly to: number;
  readonly lines: readonly string[];
}

/** The maximal number of edits between two texts: the cost of a comparison grows with its square. */
const MAX_EDITS = 1_000;

/**
 * Merges two changed versions of a text; undefined when both changed the same or adjacent lines in different ways
 * (git's xdl_merge at its default level). Line endings belong to their lines.
 */
export function mergeLines(base: string, ours: string, theirs: string): string | undefined {
  const [before, left, right] = [base, ours, theirs].map(linesOf) as [string[], string[], string[]];
  const sides = [diffLines(before, left), diffLines(before, right)] as const;
  const [mine, other] = sides;
  if (mine === undefined || other === undefined) return undefined;
  const merged: string[] = [];
  let [at, i, j] = [0, 0, 0];
  while (i < mine.length || j < other.length) {
    const region = nextRegion(mine, other, i, j);
    merged.push(...before.slice(at, region.from));
    const [one, two] = [
      replaced(before, region, mine.slice(i, region.i)),
      replaced(before, region, other.slice(j, region.j)),
    ];
    const isBoth = region.i > i && region.j > j;
    if (isBoth && one.join('') !== two.join('')) return undefined;
    merged.push(...(region.i > i ? one : two));
    [at, i, j] = [region.to, region.i, region.j];
  }
  return [...merged, ...before.slice(at)].join('');
}

const linesOf = (text: string): string[] => (text === '' ? [] : text.split(/(?<=\n)/));

interface Region {
  readonly from: number;
  readonly to: number;
  /** The first hunk of either side that lies behind it. */
  readonly i: number;
  readonly j: number;
}

/** The next hunk, and every hunk that overlaps or touches what it has grown to. */
function nextRegion(mine: readonly Hunk[], other: readonly Hunk[], i: number, j: number): Region {
  const first = Math.min(
    mine[i]?.from ?? Number.POSITIVE_INFINITY,
    other[j]?.from ?? Number.POSITIVE_INFINITY,
  );
  let region: Region = { from: first, to: first, i, j };
  for (;;) {
    const [a, b] = [mine[region.i], other[region.j]];
    if (a && a.from <= region.to) region = { ...region, to: Math.max(region.to, a.to), i: region.i + 1 };
    else if (b && b.from <= region.to) region = { ...region, to: Math.max(region.to, b.to), j: region.j + 1 };
    else return region;
  }
}

function replaced(
  before: readonly string[],
  { from, to }: Region,
  hunks: readonly Hunk[],
): readonly string[] {
  const lines: string[] = [];
  let at = from;
  for (const hunk of hunks) {
    lines.push(...before.slice(at, hunk.from), ...hunk.lines);
    at = hunk.to;
  }
  return [...lines, ...before.slice(at, to)];
}

/** The shortest edit from one list of lines to another (Myers 1986); undefined when it would take too many edits. */
function diffLines(a: readonly string[], b: readonly string[]): readonly Hunk[] | undefined {
  let [head, tail] = [0, 0];
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  while (
    tail < a.length - head &&
    tail < b.length - head &&
    a[a.length - 1 - tail] === b[b.length - 1 - tail]
  )
    tail++;
  const [x, y] = [a.slice(head, a.length - tail), b.slice(head, b.length - tail)];
  const trace = furthest(x, y);
  return (
    trace && hunksOf(x, y, trace).map(({ from, to, lines }) => ({ from: from + head, to: to + head, lines }))
  );
}

/** For each number of edits, how far along `a` each diagonal gets. */
function furthest(a: readonly string[], b: readonly string[]): readonly Int32Array[] | undefined {
  const trace: Int32Array[] = [];
  const most = Math.min(a.length + b.length, MAX_EDITS);
  let before = new Int32Array(3);
  for (let edits = 0; edits <= most; edits++) {
    // Diagonal k stands at k + edits + 1, so that its neighbours exist.
    const reach = new Int32Array(2 * edits + 5);
    for (let k = -edits; k <= edits; k += 2) {
      let x = edits === 0 ? 0 : startOf(before, edits, k).x;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
      reach[k + edits + 1] = x;
      if (x >= a.length && x - k >= b.length) return [...trace, reach];
    }
    trace.push(reach);
    before = reach;
  }
  return undefined;
}

/** Where diagonal `k` begins with its last edit: a line of `b` more (from k + 1) or a line of `a` less (from k - 1). */
function startOf(
  before: Int32Array,
  edits: number,
  k: number,
): { readonly x: number; readonly from: number } {
  const at = (diagonal: number) => before[diagonal + edits] ?? 0;
  const isInsertion = k === -edits || (k !== edits && at(k - 1) < at(k + 1));
  return isInsertion ? { x: at(k + 1), from: k + 1 } : { x: at(k - 1) + 1, from: k - 1 };
}

function hunksOf(a: readonly string[], b: readonly string[], trace: readonly Int32Array[]): readonly Hunk[] {
  const edits: Hunk[] = [];
  let k = a.length - b.length;
  for (let count = trace.length - 1; count > 0; count--) {
    const { x, from } = startOf(trace[count - 1] ?? new Int32Array(3), count, k);
    const isInsertion = from > k;
    const line = b[x - k - 1] ?? '';
    edits.push(isInsertion ? { from: x, to: x, lines: [line] } : { from: x - 1, to: x, lines: [] });
    k = from;
  }
  const hunks: Hunk[] = [];
  for (const edit of edits.reverse()) {
    const last = hunks.at(-1);
    if (!last || last.to < edit.from) hunks.push(edit);
    else hunks[hunks.length - 1] = { from: last.from, to: edit.to, lines: [...last.lines, ...edit.lines] };
  }
  return hunks;
}

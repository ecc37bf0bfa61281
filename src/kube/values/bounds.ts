import { parseJson } from './json.ts';

/** How large a document may be before anything walks it. What aliases refer to counts each time that it is referred to. */
export interface Bounds {
  /** Scalars, keys, maps and lists. */
  readonly nodes: number;
  /** Maps and lists inside one another. */
  readonly depth: number;
  /** Of keys and texts, UTF-16 code units. */
  readonly bytes: number;
}

/** A file of a repository, all its documents together: the largest bundles of definitions in use have some 150,000 nodes. */
export const FILE_BOUNDS: Bounds = { nodes: 500_000, depth: 200, bytes: 16 * 2 ** 20 };

/** One object of the API: kube-apiserver bounds the bytes of a request alone, which leaves a million nodes in it. */
export const OBJECT_BOUNDS: Bounds = { nodes: 100_000, depth: 200, bytes: 3 * 2 ** 20 };

/** The first bound that something goes beyond. */
export interface Excess {
  readonly of: keyof Bounds;
  readonly limit: number;
}

export const excessAt = (bounds: Bounds, of: keyof Bounds): Excess => ({ of, limit: bounds[of] });

export function describeExcess({ of, limit }: Excess): string {
  switch (of) {
    case 'nodes':
      return `it has more than ${limit.toLocaleString('en')} nodes`;
    case 'depth':
      return `it nests more than ${limit} levels deep`;
    case 'bytes':
      return `its texts have more than ${Math.round(limit / 2 ** 20)} MiB`;
  }
}

/** What a value amounts to, or that it goes beyond its bounds. */
export interface Measure {
  readonly nodes: number;
  readonly bytes: number;
  readonly excess?: Excess;
}

export const excessOf = (value: unknown, bounds: Bounds): Excess | undefined => measure(value, bounds).excess;

/** Walks a JSON value without recursion, no further than its bounds; one value that stands in two places counts twice. */
export function measure(value: unknown, bounds: Bounds): Measure {
  const beyond = (of: keyof Bounds): Measure => ({ nodes, bytes, excess: excessAt(bounds, of) });
  let nodes = 1;
  let bytes = 0;
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    const next: unknown[] = [];
    for (const node of level) {
      if (typeof node === 'string') bytes += node.length;
      else if (typeof node === 'object' && node !== null && depth >= bounds.depth) return beyond('depth');
      else if (Array.isArray(node)) {
        nodes += node.length;
        if (nodes > bounds.nodes) return beyond('nodes');
        for (const item of node) next.push(item);
      } else if (typeof node === 'object' && node !== null) {
        for (const key in node) {
          nodes += 2;
          bytes += key.length;
          next.push((node as Record<string, unknown>)[key]);
        }
        if (nodes > bounds.nodes) return beyond('nodes');
      }
    }
    if (bytes > bounds.bytes) return beyond('bytes');
    level = next;
  }
  return { nodes, bytes };
}

const LONGEST_PATH = 1_024;

/**
 * The path of a field, cut off where it is long: what is below goes by the same name. One long key above many others would make gigabytes
 * of paths, and strings beyond 16,383 UTF-16 code units all have the same hash.
 */
export const boundedPath = (path: string): string =>
  path.length > LONGEST_PATH ? path.slice(0, LONGEST_PATH) : path;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_MAP = 0x7b;
const CLOSE_MAP = 0x7d;

/**
 * The same of a JSON text, before it is parsed: `JSON.parse` takes a million brackets, and whatever recurses over them then ends in an
 * overflow of the stack. Texts that are no JSON get some answer; the parser says what is wrong with them.
 */
export const excessOfJson = (text: string, bounds: Bounds): Excess | undefined => scan(text, bounds).excess;

function scan(text: string, bounds: Bounds): { readonly keys: number; readonly excess?: Excess } {
  let nodes = 1;
  let keys = 0;
  let depth = 0;
  const beyond = (of: keyof Bounds) => ({ keys, excess: excessAt(bounds, of) });
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case QUOTE:
        i = endOfString(text, i + 1);
        break;
      case OPEN_LIST:
      case OPEN_MAP:
        nodes++;
        if (++depth > bounds.depth) return beyond('depth');
        break;
      case CLOSE_LIST:
      case CLOSE_MAP:
        depth--;
        break;
      case COLON:
        keys++;
        nodes++;
        break;
      case COMMA:
        nodes++;
        break;
    }
    if (nodes > bounds.nodes) return beyond('nodes');
  }
  return { keys };
}

export function endOfString(text: string, from: number): number {
  for (let i = from; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) return i;
    if (code === BACKSLASH) i++;
  }
  return text.length;
}

/** `parseJson` of what somebody else wrote. Throws SyntaxError, for what goes beyond its bounds too. */
export const parseBoundedJson = (text: string, bounds: Bounds = OBJECT_BOUNDS): unknown =>
  parseCountedJson(text, bounds).value;

export interface CountedJson {
  readonly value: unknown;
  /** The keys in the text: more than in the value where a map repeats one. */
  readonly keys: number;
}

/** The same, with what is counted on the way. */
export function parseCountedJson(text: string, bounds: Bounds = OBJECT_BOUNDS): CountedJson {
  const { keys, excess } = scan(text, bounds);
  if (excess) throw new SyntaxError(`it is too large: ${describeExcess(excess)}`);
  return { value: parseJson(text), keys };
}

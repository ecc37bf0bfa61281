import type { PathElement } from '../../values/fieldset.ts';
import { ANYTHING, memberSchema, type Schema } from '../schema.ts';
import { asList, asMap, isAtomic, itemElement, itemSchema, nodeKind, TypedError } from './kind.ts';

/** Lays a configuration over the live value: maps and associative lists merge, everything else is replaced (`typed/merge.go`). */
export function merge(schema: Schema, live: unknown, applied: unknown): unknown {
  if (applied === undefined || live === applied) return live;
  if (live === undefined) return applied;
  const kind = nodeKind(schema, applied);
  if (kind === 'scalar' || isAtomic(schema, kind)) return applied;
  return kind === 'list' ? mergeLists(schema, live, applied) : mergeMaps(schema, live, applied);
}

function mergeMaps(schema: Schema, live: unknown, applied: unknown): unknown {
  const left = asMap(live) ?? {};
  const right = asMap(applied) ?? {};
  if (Object.keys(left).length === 0 && Object.keys(right).length === 0) return applied;
  const merged: Record<string, unknown> = { ...left };
  for (const key in right) merged[key] = merge(memberSchema(schema, key) ?? ANYTHING, left[key], right[key]);
  return merged;
}

function mergeLists(schema: Schema, live: unknown, applied: unknown): unknown {
  const left = asList(live) ?? [];
  const right = asList(applied) ?? [];
  if (left.length === 0 && right.length === 0) return applied;
  return new ListMerge(schema, left, right).run();
}

/** Both orders are kept where they agree; where they do not, the applied one wins and items of live only stay near their neighbours. */
class ListMerge {
  readonly #schema: Schema;
  readonly #left: readonly unknown[];
  readonly #lefts: readonly PathElement[];
  readonly #rights: readonly PathElement[];
  readonly #leftIndex: ReadonlyMap<PathElement, unknown>;
  readonly #rightIndex: ReadonlyMap<PathElement, unknown>;
  readonly #shared: readonly PathElement[];
  /** The first shared item that is not merged yet: a queue that is shifted takes quadratic time. */
  #next = 0;
  readonly #merged = new Set<PathElement>();
  readonly #out: unknown[] = [];

  constructor(schema: Schema, left: readonly unknown[], right: readonly unknown[]) {
    this.#schema = schema;
    this.#left = left;
    this.#lefts = left.map((item) => itemElement(schema, item));
    this.#rights = right.map((item) => itemElement(schema, item));
    this.#leftIndex = index(this.#lefts, left, 'keep');
    this.#rightIndex = index(this.#rights, right, 'refuse');
    this.#shared = this.#rights.filter((element) => this.#leftIndex.has(element));
  }

  run(): unknown[] {
    let l = 0;
    let r = 0;
    while (l < this.#lefts.length || r < this.#rights.length) {
      const left = this.#lefts[l];
      const right = this.#rights[r];
      if (left !== undefined && left === right) {
        this.#take(left);
        l++;
        r++;
      } else if (left !== undefined && right !== undefined && this.#waits(left)) {
        l++;
      } else if (left !== undefined && !this.#rightIndex.has(left)) {
        this.#out.push(this.#left[l]);
        l++;
      } else {
        if (left !== undefined && this.#merged.has(left)) l++;
        if (right !== undefined) {
          this.#take(right);
          r++;
        }
      }
    }
    return this.#out;
  }

  /** A shared item whose turn in the applied order has not come. */
  #waits(element: PathElement): boolean {
    return (
      this.#rightIndex.has(element) &&
      this.#next < this.#shared.length &&
      this.#shared[this.#next] !== element
    );
  }

  #take(element: PathElement): void {
    this.#merged.add(element);
    if (this.#shared[this.#next] === element) this.#next++;
    const item = merge(itemSchema(this.#schema), this.#leftIndex.get(element), this.#rightIndex.get(element));
    this.#out.push(item);
  }
}

/** Items by element. Live objects may hold duplicate items from before server-side apply: they are replaced, not merged. */
function index(
  elements: readonly PathElement[],
  items: readonly unknown[],
  duplicates: 'keep' | 'refuse',
): Map<PathElement, unknown> {
  const found = new Map<PathElement, unknown>();
  elements.forEach((element, i) => {
    if (!found.has(element)) found.set(element, items[i]);
    else if (duplicates === 'refuse') throw new TypedError(`duplicate entries for key ${element.slice(2)}`);
    else found.set(element, null);
  });
  return found;
}

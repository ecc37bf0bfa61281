import { ok, type Result } from '../../base/errors.ts';
import { isObject } from '../../kube/values/equal.ts';
import type { Json, JsonObject } from '../../kube/values/types.ts';
import { parseYaml } from '../../kube/values/yaml.ts';
import type { Compared } from './assertions/kind.ts';
import { yamlOf } from './assertions/text.ts';

/** Texts by the name of the test and their number in it, from 1: what a `.snap` of helm-unittest holds. */
export type Snapshots = Readonly<Record<string, Readonly<Record<string, string>>>>;

export function readSnapshots(text: string, file: string): Result<Snapshots> {
  const parsed = parseYaml(text, file);
  if (!parsed.ok) return parsed;
  const tests = isObject(parsed.value) ? Object.entries(parsed.value) : [];
  return ok(Object.fromEntries(tests.map(([test, kept]) => [test, textsIn(kept as Json)])));
}

const textsIn = (kept: Json): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(isObject(kept) ? kept : {}).map(([index, text]) => [index, String(text)]),
  );

/** As the plugin writes them, byte for byte: the numbers are no texts. */
export function snapshotText(snapshots: Snapshots): string {
  if (Object.keys(snapshots).length === 0) return '';
  return yamlOf(snapshots as unknown as JsonObject).replace(/^( {2})"(\d+)":/gm, '$1$2:');
}

/** The snapshots of one suite while it runs. */
export class SnapshotRun {
  readonly #kept: Snapshots;
  readonly #isUpdating: boolean;
  readonly #current: Record<string, Record<string, string>> = {};
  readonly counts = { compared: 0, added: 0, changed: 0 };

  constructor(kept: Snapshots, isUpdating: boolean) {
    this.#kept = kept;
    this.#isUpdating = isUpdating;
  }

  /** Compares with what was kept; what is new is kept, what has changed only when it is to be updated. */
  compare(test: string, index: number, content: Json, isRead = false): Compared {
    const now = yamlOf(content);
    const before = this.#kept[test]?.[index];
    const isSame = isRead || before === undefined || before === now;
    this.counts.compared++;
    if (before === undefined) this.counts.added++;
    else if (!isSame) this.counts.changed++;
    const texts = this.#current[test] ?? {};
    texts[index] = this.#isUpdating || before === undefined ? now : before;
    this.#current[test] = texts;
    return { index, holds: isSame || this.#isUpdating, kept: before ?? '', now };
  }

  /** Snapshots that nothing asked for. */
  get obsolete(): number {
    const gone = Object.entries(this.#kept).flatMap(([test, texts]) =>
      Object.keys(texts).filter((index) => this.#current[test]?.[index] === undefined),
    );
    return gone.length;
  }

  /** What is to be kept; undefined where that is as it was. Only an update drops what nothing asked for: its test may have failed. */
  changed(): Snapshots | undefined {
    const { added, changed } = this.counts;
    if (this.#isUpdating) return added + changed + this.obsolete > 0 ? this.#current : undefined;
    if (added === 0) return undefined;
    const tests = new Set([...Object.keys(this.#kept), ...Object.keys(this.#current)]);
    return Object.fromEntries(
      Array.from(tests, (test) => [test, { ...this.#kept[test], ...this.#current[test] }]),
    );
  }
}

import type { Oid, PushRecord } from '../types.ts';

/** What the log of pushes says, to be asked by commit; it grows with the log. */
export class PushIndex {
  /** Oldest first. */
  readonly #records: PushRecord[] = [];
  readonly #byCommit = new Map<Oid, number[]>();

  add(appended: readonly PushRecord[]): void {
    for (const record of appended) {
      const at = this.#records.push(record) - 1;
      for (const oid of new Set(record.commits)) {
        const known = this.#byCommit.get(oid);
        if (known) known.push(at);
        else this.#byCommit.set(oid, [at]);
      }
    }
  }

  /** The records of pushes that put one of these commits on a ref, newest first. */
  of(commits: ReadonlySet<Oid>): readonly PushRecord[] {
    const found = new Set<number>();
    for (const oid of commits) for (const at of this.#byCommit.get(oid) ?? []) found.add(at);
    return [...found].sort((a, b) => b - a).flatMap((at) => this.#records[at] ?? []);
  }
}

import { closeSync, existsSync, fstatSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ByteCache, scopeOf } from '../../base/bytecache.ts';
import { Mutex } from '../../base/mutex.ts';
import type { Oid, PushRecord } from '../types.ts';
import { removeFile, syncFolder, writeDurably } from './durable.ts';
import { type ReadTail, readTail } from './logtail.ts';
import { PushIndex } from './pushindex.ts';

/** In the folder of a repository. A backup takes it beside the bundle, which does not hold it. */
export const PUSH_LOG = 'pushes.jsonl';

export interface PushLogLimits {
  /** A file of this many bytes is folded. */
  readonly bytes: number;
  /** So many records are kept as they are. */
  readonly whole: number;
}

const LIMITS: PushLogLimits = { bytes: 4 * 2 ** 20, whole: 1000 };

/**
 * Who put what on the refs of a repository: a line of JSON for each ref of a push, appended and synced. Nothing is forgotten that tells whose
 * a commit is, or many small pushes could bury one: old records are folded into one for each person, so that the file grows with the commits
 * of the repository and not with its pushes. One process writes it, one push at a time.
 */
export class PushLog {
  readonly #path: string;
  readonly #limits: PushLogLimits;
  #foldAbove: number;
  /** False: what is there may end in a line that a crash, or a full disk, has torn. */
  #isWhole = false;
  /** Rises with each fold: what was read before is no beginning of what is there. */
  #folds = 0;
  readonly #reading = new Mutex();
  readonly #read: ReadTail;
  readonly #known = scopeOf(known);

  constructor(dir: string, limits: PushLogLimits = LIMITS, read: ReadTail = readTail) {
    this.#path = join(dir, PUSH_LOG);
    this.#limits = limits;
    this.#foldAbove = limits.bytes;
    this.#read = read;
  }

  /** Durable when it returns. Throws what the system says. */
  append(records: readonly PushRecord[]): void {
    const isNew = !existsSync(this.#path);
    const bytes = Buffer.from(`${this.#isWhole || isNew ? '' : '\n'}${linesOf(records)}`);
    this.#isWhole = false;
    const fd = openSync(this.#path, 'a', 0o600);
    let size: number;
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
      fsyncSync(fd);
      size = fstatSync(fd).size;
    } finally {
      closeSync(fd);
    }
    this.#isWhole = true;
    if (isNew) syncFolder(dirname(this.#path));
    if (size > this.#foldAbove) this.#fold();
  }

  /** The records that name one of these commits, newest first. Gates ask every few seconds: only what was appended since then is read. */
  of(commits: ReadonlySet<Oid>): Promise<readonly PushRecord[]> {
    return this.#reading.run(async () => (await this.#upToDate()).of(commits));
  }

  async #upToDate(): Promise<PushIndex> {
    const folds = this.#folds;
    const before = this.#known.get(folds);
    const tail = await this.#read(this.#path, ({ ino, size }) =>
      before?.ino === ino && before.end <= size ? before.end : 0,
    );
    if (!tail) return new PushIndex();
    const known = before && tail.from > 0 ? before : { index: new PushIndex(), ino: tail.ino, end: 0 };
    // What follows the last line is torn, or will be gone on with.
    const lines = tail.bytes.subarray(0, tail.bytes.lastIndexOf('\n') + 1);
    known.index.add(recordsIn(lines.toString('utf8')));
    known.end += lines.length;
    this.#known.set(folds, known, known.end * INDEXED);
    return known.index;
  }

  #fold(): void {
    this.#folds += 1;
    const folded = foldRecords(recordsIn(readFileSync(this.#path, 'utf8')), this.#limits.whole);
    const bytes = Buffer.from(linesOf(folded));
    const temporary = `${this.#path}.new`;
    removeFile(temporary);
    writeDurably(this.#path, bytes, temporary, 0o600);
    this.#foldAbove = Math.max(this.#limits.bytes, 2 * bytes.length);
  }
}

interface Known {
  readonly index: PushIndex;
  readonly ino: number;
  /** Bytes of the file that it holds. */
  end: number;
}

/** Of all repositories; so many bytes in memory for one of the file. */
const known = new ByteCache<string, Known>(64 * 2 ** 20);
const INDEXED = 4;

const linesOf = (records: readonly PushRecord[]): string =>
  records.map((record) => `${JSON.stringify(record)}\n`).join('');

function recordsIn(text: string): readonly PushRecord[] {
  return text.split('\n').flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line) as PushRecord];
    } catch {
      // Torn: what it would have recorded did not happen, for refs move after it is whole.
      return [];
    }
  });
}

/** All but the newest `whole` become one record for each person, at the time of the last of them. */
export function foldRecords(records: readonly PushRecord[], whole: number): readonly PushRecord[] {
  const old = records.slice(0, Math.max(0, records.length - whole));
  const people = new Map<string, Person>();
  for (const { at, by, verified, aliases = [], commits } of old) {
    const key = JSON.stringify([by, verified]);
    const known = people.get(key) ?? { at, by, verified, aliases: new Set(), commits: new Set() };
    for (const alias of aliases) known.aliases.add(alias);
    for (const oid of commits) known.commits.add(oid);
    people.set(key, { ...known, at });
  }
  const folded = [...people.values()].filter(({ commits }) => commits.size > 0).map(recordOf);
  return [...folded, ...records.slice(old.length)];
}

interface Person extends Pick<PushRecord, 'at' | 'by' | 'verified'> {
  readonly aliases: Set<string>;
  readonly commits: Set<Oid>;
}

const recordOf = ({ at, by, verified, aliases, commits }: Person): PushRecord => ({
  at,
  by,
  ...(aliases.size > 0 ? { aliases: [...aliases] } : {}),
  verified,
  commits: [...commits],
});

import { createReadStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { ProblemError } from '../../base/errors.ts';
import { parseJson, stringifyJson } from '../../kube/values/json.ts';
import { openDisk } from './disk.ts';
import type { LogRow } from './rows.ts';
import type { Reader } from './types.ts';

/**
 * Every object at one revision, as lines of JSON: a header, `{"key", "revision", "object"}` for each object, and a last line with their
 * number, which reveals a truncated copy.
 */
export interface SnapshotHeader {
  readonly format: 1;
  readonly revision: number;
}

interface Line {
  readonly key?: string;
  readonly revision?: number;
  readonly object?: unknown;
  readonly end?: number;
}

/** Consistent in spite of concurrent writes: entries are immutable, and the list of them is taken before the first line is written. */
export function* snapshotLines(reader: Reader): Generator<Buffer> {
  const entries = reader.all();
  const header: SnapshotHeader = { format: 1, revision: reader.revision };
  yield Buffer.from(`${JSON.stringify(header)}\n`);
  for (const entry of entries) {
    const head = `{"key":${JSON.stringify(entry.key)},"revision":${entry.revision},"object":`;
    yield Buffer.concat([Buffer.from(head), entry.bytes(), END_OF_LINE]);
  }
  yield Buffer.from(`{"end":${entries.length}}\n`);
}

const END_OF_LINE = Buffer.from('}\n');
const BATCH = 1_000;
/**
 * A restored store skips revisions, so that no client confuses a revision from after the backup with a new one
 * (etcd's `snapshot restore --bump-revision`, and its `--mark-compacted`).
 */
const JUMP = 1_000_000_000;

/**
 * Creates the store in `dir` from the snapshot at `file`, once. After a crash in between the snapshot remains and the next start
 * begins again; a store that exists is complete.
 * @throws ProblemError BackupDamaged when the snapshot is incomplete; nothing is written then.
 */
export async function restoreSnapshot(dir: string, file: string): Promise<void> {
  if (!(await exists(file))) return;
  if (!(await exists(dir))) {
    const building = `${dir}.restoring`;
    await rm(building, { recursive: true, force: true });
    await fill(building, file);
    await rename(building, dir);
  }
  await rm(file);
}

async function fill(dir: string, file: string): Promise<void> {
  const disk = await openDisk(dir);
  try {
    let revision: number | undefined;
    let count = 0;
    let ended = false;
    let batch: LogRow[] = [];
    const flush = async (): Promise<void> => {
      if (batch.length > 0) await disk.commit(batch, (revision ?? 0) + JUMP);
      batch = [];
    };
    for await (const text of createInterface({ input: createReadStream(file) })) {
      const line = parse(text, file);
      if (revision === undefined) {
        revision = headerOf(line, file).revision;
      } else if (line.end !== undefined) {
        ended = line.end === count;
      } else {
        batch.push(rowOf(line, file));
        count += 1;
        if (batch.length === BATCH) await flush();
      }
    }
    if (!ended) throw damaged(file, 'it ends too early');
    await flush();
    await disk.forget([], (revision ?? 0) + JUMP);
  } finally {
    await disk.close();
  }
}

function parse(text: string, file: string): Line {
  try {
    return parseJson(text) as Line;
  } catch {
    throw damaged(file, 'a line of it is not JSON');
  }
}

function headerOf(line: Line, file: string): SnapshotHeader {
  const { format, revision } = line as Partial<SnapshotHeader>;
  if (format === 1 && typeof revision === 'number') return { format, revision };
  throw damaged(file, 'its first line is not that of a backup that this version reads');
}

function rowOf({ key, revision, object }: Line, file: string): LogRow {
  if (key === undefined || revision === undefined || object === undefined)
    throw damaged(file, 'a line of it is not an object');
  return { key, revision, type: 'put', json: Buffer.from(stringifyJson(object)) };
}

const damaged = (file: string, why: string): ProblemError =>
  new ProblemError({
    reason: 'BackupDamaged',
    message: `The snapshot ${file} cannot be restored: ${why}.`,
    remedy: 'Restore from another backup into an empty data directory.',
  });

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

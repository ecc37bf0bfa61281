import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { errnoOf, ProblemError } from '../../base/errors.ts';
import {
  COMPACTED,
  decodeRow,
  encodeRow,
  endOf,
  LATEST,
  LOG,
  type LogRow,
  logKey,
  REVISION,
} from './rows.ts';
import type { Change } from './types.ts';

/** Everything that the store asks of a disk; a test hands in one that fails when told. */
export interface Disk {
  /** What is on disk: the log in order, the revision of each key's newest put, the counters. */
  load(after: number): Promise<Loaded>;
  /** All or nothing, durable when it resolves. `revision` is the newest one given out. */
  commit(rows: readonly LogRow[], revision: number): Promise<void>;
  /** Removes log rows that no reader can ask for any more. */
  forget(changes: readonly Change[], compacted: number): Promise<void>;
  /** After a failed commit: LevelDB refuses every write until it has replayed its own log. */
  reopen(): Promise<void>;
  close(): Promise<void>;
}

export interface Loaded {
  readonly rows: readonly LogRow[];
  readonly latest: ReadonlyMap<string, number>;
  readonly revision: number;
  readonly compacted: number;
}

type Database = ClassicLevel<string, Buffer>;
type Operation = { type: 'put'; key: string; value: Buffer } | { type: 'del'; key: string };

/** @throws ProblemError when another process holds the directory, or it cannot be written. */
export async function openDisk(dir: string): Promise<Disk> {
  const owner = join(dir, 'pid');
  const database = await openDatabase(dir, owner).catch(async (error) => {
    throw await explainOpen(error, dir, owner);
  });
  return {
    load: (after) => load(database, after),
    commit: (rows, revision) => database.batch(commitOperations(rows, revision), { sync: true }),
    // Not synced: what is forgotten twice does no harm.
    forget: (changes, compacted) => database.batch(forgetOperations(changes, compacted), { sync: false }),
    reopen: async () => {
      await database.close();
      await database.open();
    },
    close: async () => {
      await rm(owner, { force: true });
      await database.close();
    },
  };
}

async function openDatabase(dir: string, owner: string): Promise<Database> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const database: Database = new ClassicLevel(join(dir, 'db'), { valueEncoding: 'buffer' });
  await database.open();
  await writeFile(owner, String(process.pid));
  return database;
}

function commitOperations(rows: readonly LogRow[], revision: number): Operation[] {
  const operations: Operation[] = [{ type: 'put', key: REVISION, value: number(revision) }];
  for (const row of rows) {
    operations.push({ type: 'put', key: logKey(row.revision), value: encodeRow(row) });
    const key = LATEST + row.key;
    operations.push(
      row.type === 'put' ? { type: 'put', key, value: number(row.revision) } : { type: 'del', key },
    );
  }
  return operations;
}

/** A change that is forgotten takes with it what it replaced, and itself if it is a deletion: nobody can ask for either. */
function forgetOperations(changes: readonly Change[], compacted: number): Operation[] {
  const operations: Operation[] = [{ type: 'put', key: COMPACTED, value: number(compacted) }];
  for (const change of changes) {
    if (change.previous) operations.push({ type: 'del', key: logKey(change.previous.revision) });
    if (change.type === 'delete') operations.push({ type: 'del', key: logKey(change.revision) });
  }
  return operations;
}

async function load(database: Database, after: number): Promise<Loaded> {
  const rows: LogRow[] = [];
  for await (const [key, value] of database.iterator({ gt: logKey(after), lt: endOf(LOG) })) {
    rows.push(decodeRow(key, value));
  }
  const latest = new Map<string, number>();
  for await (const [key, value] of database.iterator({ gt: LATEST, lt: endOf(LATEST) })) {
    latest.set(key.slice(LATEST.length), Number(value));
  }
  const [revision, compacted] = await database.getMany([REVISION, COMPACTED]);
  return { rows, latest, revision: Number(revision ?? 0), compacted: Number(compacted ?? 0) };
}

const number = (value: number): Buffer => Buffer.from(String(value));

async function explainOpen(error: unknown, dir: string, owner: string): Promise<ProblemError> {
  // abstract-level wraps: the reason is in `cause`.
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const message = cause instanceof Error ? cause.message : String(cause);
  if (errnoOf(cause) === 'LEVEL_LOCKED') {
    const pid = await readFile(owner, 'utf8').catch(() => '');
    return new ProblemError(
      {
        reason: 'DataDirectoryInUse',
        message: `another Pilotage daemon${pid && ` (pid ${pid})`} uses this data directory: ${dir}`,
        remedy: 'Stop it with `pilotage down`, or choose another directory with --data-dir.',
      },
      { cause: error },
    );
  }
  return new ProblemError(
    {
      reason: 'DataDirectoryUnusable',
      message: `cannot open the store in ${dir}: ${message}`,
      remedy: 'Make the directory writable and leave it some free space, or choose another with --data-dir.',
    },
    { cause: error },
  );
}

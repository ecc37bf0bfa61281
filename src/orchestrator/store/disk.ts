import { closeSync, constants, openSync, readFileSync, writeSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { errnoOf, ProblemError } from '../../base/errors.ts';
import { unlessRefused } from '../../base/storage.ts';
import type { Digest } from './digest.ts';
import { storeDamaged } from './failures.ts';
import {
  COMPACTED,
  DIGEST,
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

/** Everything that the store needs from a disk; tests pass one that fails on demand. */
export interface Disk {
  /** What is on disk: the log in order, the revision of each key's newest put, the counters. */
  load(after: number): Promise<Loaded>;
  /** Atomic, and durable when it resolves. `revision` is the newest one assigned, `digest` that of the resulting state, if known. */
  commit(rows: readonly LogRow[], revision: number, digest?: Digest): Promise<void>;
  /** Replaces rows of the log where they are, and removes what they were from the files. */
  rewrite(rows: readonly LogRow[]): Promise<void>;
  /** Removes log rows that no reader can request any longer. */
  forget(changes: readonly Change[], compacted: number): Promise<void>;
  /** Makes the index say what the log says: `state` in place of `before`. */
  mend(before: ReadonlyMap<string, number>, state: ReadonlyMap<string, number>): Promise<void>;
  /** After a failed commit: LevelDB refuses every write until it has replayed its own log. */
  reopen(): Promise<void>;
  close(): Promise<void>;
}

export interface Loaded {
  readonly rows: readonly LogRow[];
  readonly latest: ReadonlyMap<string, number>;
  readonly revision: number;
  readonly compacted: number;
  /** Revisions whose rows are damaged. */
  readonly damaged: readonly number[];
  /** The digest after the last commit; undefined in an older store without one, or in one that was just restored. */
  readonly digest: Digest | undefined;
  /** The newest revision that was ever acknowledged, from the file next to the database. */
  readonly head: number;
}

type Database = ClassicLevel<string, Buffer>;
type Operation = { type: 'put'; key: string; value: Buffer } | { type: 'del'; key: string };

/**
 * `repair`: a database that cannot be opened is opened with what can still be read of it.
 * @throws ProblemError when another process holds the directory, or it cannot be written, or LevelDB finds it damaged.
 */
export async function openDisk(dir: string, { repair = false } = {}): Promise<Disk> {
  const owner = join(dir, 'pid');
  const open = () => openDatabase(dir, owner);
  const database = await open()
    .catch(async (error: unknown) => {
      if (!repair || !isCorruption(error)) throw error;
      await ClassicLevel.repair(join(dir, 'db'));
      return open();
    })
    .catch(async (error: unknown) => {
      throw await explainOpen(error, dir, owner);
    });
  const head = openHead(join(dir, 'head'));
  return {
    load: (after) =>
      load(database, after, head.read())
        .catch(async (error: unknown) => {
          if (!repair || !isCorruption(error)) throw error;
          // Damage to a block of a table only shows when it is read.
          await database.close();
          await ClassicLevel.repair(join(dir, 'db'));
          await database.open();
          return load(database, after, head.read());
        })
        .catch((error: unknown) => {
          throw isCorruption(error) ? unreadable(error, dir) : error;
        }),
    commit: async (rows, revision, digest) => {
      await write(database, commitOperations(rows, revision, digest), true);
      head.write(revision);
    },
    rewrite: async (rows) => {
      const operations = rows.map((row) => ({
        type: 'put' as const,
        key: logKey(row.revision),
        value: encodeRow(row),
      }));
      await write(database, operations, true);
      await database.compactRange(LOG, endOf(LOG));
    },
    mend: (before, state) => write(database, mendOperations(before, state), true),
    // Not synced: removing rows again does no harm.
    forget: (changes, compacted) => write(database, forgetOperations(changes, compacted), false),
    reopen: async () => {
      await database.close();
      await database.open();
    },
    close: async () => {
      await rm(owner, { force: true });
      await database.close();
      head.close();
    },
  };
}

interface Head {
  read(): number;
  write(revision: number): void;
  close(): void;
}

/**
 * LevelDB treats a log that is damaged near its end as one that a crash cut off. The newest revision is therefore also recorded in a
 * file next to it: not synced, so that it is never ahead of the database and only costs a write to memory.
 */
function openHead(path: string): Head {
  const fd = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  let isOpen = true;
  return {
    read: () => Number(/^(\d{16})\n/.exec(readFileSync(path, 'utf8'))?.[1] ?? 0),
    write: (revision) => unlessRefused(() => writeSync(fd, `${String(revision).padStart(16, '0')}\n`, 0)),
    close() {
      if (isOpen) closeSync(fd);
      isOpen = false;
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

/** All or nothing. Operation by operation: an array is handed over ten times as slowly, each of its objects copied and looked through. */
async function write(database: Database, operations: readonly Operation[], sync: boolean): Promise<void> {
  const batch = database.batch();
  for (const operation of operations) {
    if (operation.type === 'put') batch.put(operation.key, operation.value);
    else batch.del(operation.key);
  }
  await batch.write({ sync });
}

function commitOperations(
  rows: readonly LogRow[],
  revision: number,
  digest: Digest | undefined,
): Operation[] {
  const operations: Operation[] = [{ type: 'put', key: REVISION, value: number(revision) }];
  if (digest) operations.push({ type: 'put', key: DIGEST, value: Buffer.from(JSON.stringify(digest)) });
  for (const row of rows) {
    operations.push({ type: 'put', key: logKey(row.revision), value: encodeRow(row) });
    const key = LATEST + row.key;
    operations.push(
      row.type === 'put' ? { type: 'put', key, value: number(row.revision) } : { type: 'del', key },
    );
  }
  return operations;
}

/** Dropping a change removes what it replaced, and the change itself if it is a deletion: neither can be requested any longer. */
function forgetOperations(changes: readonly Change[], compacted: number): Operation[] {
  const operations: Operation[] = [{ type: 'put', key: COMPACTED, value: number(compacted) }];
  for (const change of changes) {
    if (change.previous) operations.push({ type: 'del', key: logKey(change.previous.revision) });
    if (change.type === 'delete') operations.push({ type: 'del', key: logKey(change.revision) });
  }
  return operations;
}

/** The digest is left to the next commit: without one nothing is compared. */
function mendOperations(
  before: ReadonlyMap<string, number>,
  state: ReadonlyMap<string, number>,
): Operation[] {
  const gone = [...before.keys()].filter((key) => !state.has(key));
  return [
    { type: 'del', key: DIGEST },
    ...gone.map((key): Operation => ({ type: 'del', key: LATEST + key })),
    ...[...state].map(
      ([key, revision]): Operation => ({ type: 'put', key: LATEST + key, value: number(revision) }),
    ),
  ];
}

async function load(database: Database, after: number, head: number): Promise<Loaded> {
  const rows: LogRow[] = [];
  const damaged: number[] = [];
  for await (const [key, value] of database.iterator({ gt: logKey(after), lt: endOf(LOG) })) {
    const row = decodeRow(key, value);
    if (row) rows.push(row);
    else damaged.push(Number(key.slice(LOG.length)));
  }
  const latest = new Map<string, number>();
  for await (const [key, value] of database.iterator({ gt: LATEST, lt: endOf(LATEST) })) {
    latest.set(key.slice(LATEST.length), Number(value));
  }
  const [revision, compacted, digest] = await database.getMany([REVISION, COMPACTED, DIGEST]);
  return {
    rows,
    latest,
    revision: Number(revision ?? 0),
    compacted: Number(compacted ?? 0),
    damaged,
    digest: digest ? (JSON.parse(digest.toString('utf8')) as Digest) : undefined,
    head,
  };
}

const number = (value: number): Buffer => Buffer.from(String(value));

/** abstract-level wraps: the reason is in `cause`. */
const causeOf = (error: unknown): unknown =>
  error instanceof Error && error.cause instanceof Error ? error.cause : error;

const isCorruption = (error: unknown): boolean =>
  [error, causeOf(error)].some(
    (one) =>
      errnoOf(one) === 'LEVEL_CORRUPTION' || (one instanceof Error && /Corruption|corrupt/.test(one.message)),
  );

function unreadable(error: unknown, dir: string): ProblemError {
  const cause = causeOf(error);
  return storeDamaged(dir, [cause instanceof Error ? cause.message : String(cause)]);
}

async function explainOpen(error: unknown, dir: string, owner: string): Promise<ProblemError> {
  if (isCorruption(error)) return unreadable(error, dir);
  const cause = causeOf(error);
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

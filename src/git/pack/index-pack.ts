import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import { ProblemError } from '../../base/errors.ts';
import { breather, Mutex } from '../../base/mutex.ts';
import { fromSource, ownProgram } from '../../base/ownfiles.ts';
import type { Oid } from '../types.ts';
import type { IndexAnswer, IndexTask } from './index-task.ts';
import { badPack } from './pack-file.ts';
import type { PackLinks } from './pack-links.ts';
import { packLimits, type ReadPack, readPack, UNFOLDS } from './read-pack.ts';

/** A pack of which all referenced objects exist. */
export interface IndexedPack extends Pick<ReadPack, 'index' | 'checksum' | 'count'> {
  readonly links: PackLinks;
}

/** Most pushes are small, and are read faster than a thread starts. */
const SMALL_PACK = 256 * 1024;
const SMALL_TOTAL = 8 * 2 ** 20;
/** For objects and ids; the bytes of the pack's objects are outside the heap. */
const HEAP_MB = 512;

/** One large pack at a time, of all repositories: each may need as much memory as its limits say. */
const turn = new Mutex();

/**
 * Reads a pack file from end to end and checks the checksum, every object, every delta, and that each referenced object is in
 * the pack or satisfies `has`. Nothing is written. A large pack is read in a separate thread, so that the event loop stays responsive.
 * Throws ProblemError BadPack, CorruptObject, PackTooLarge, PackUnfolds, MissingObjects.
 */
export async function indexPack(path: string, has: (oid: Oid) => boolean): Promise<IndexedPack> {
  const { index, checksum, count, needed, roots } = await read(path);
  const breathe = breather();
  for (const [link, by] of needed) {
    if (!has(link)) throw missing(link, by);
    await breathe();
  }
  return { index, checksum, count, links: { roots, needs: needed.map(([link]) => link) } };
}

async function read(path: string): Promise<ReadPack> {
  const { size } = statSync(path);
  const limits = packLimits(size);
  if (size <= SMALL_PACK) {
    try {
      return await readPack(path, { ...limits, totalBytes: SMALL_TOTAL });
    } catch (error) {
      // Small, but it expands: a thread decides.
      if (!(error instanceof ProblemError) || error.problem.reason !== UNFOLDS) throw error;
    }
  }
  return turn.run(() => readInThread({ path, limits }));
}

function readInThread(task: IndexTask): Promise<ReadPack> {
  return new Promise((resolve, reject) => {
    const worker = startWorker(task);
    worker.once('message', (answer: IndexAnswer) => {
      if (answer.ok) resolve({ ...answer.pack, index: Buffer.from(answer.pack.index) });
      else reject(new ProblemError(answer.problem));
    });
    worker.once('error', (error) => reject(badPack(`reading it failed (${error.message})`)));
    worker.once('exit', () => reject(badPack('reading it was cut short')));
  });
}

/** tsx's `--import` hook does nothing in a thread, so a thread that runs from source registers it by itself. */
const FROM_SOURCE = `
  const { loader, file } = require('node:worker_threads').workerData;
  require(loader).register();
  require(file);
`;

function startWorker(task: IndexTask): Worker {
  const file = ownProgram('git/pack/index-worker.ts');
  const options: WorkerOptions = {
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    execArgv: [],
    env: {},
    workerData: task,
  };
  if (!fromSource) return new Worker(file, options);
  const loader = createRequire(import.meta.url).resolve('tsx/cjs/api');
  const workerData = { ...task, loader, file: fileURLToPath(file) };
  return new Worker(FROM_SOURCE, { ...options, eval: true, workerData });
}

function missing(oid: Oid, by: Oid): ProblemError {
  return new ProblemError({
    reason: 'MissingObjects',
    message: `${by} needs object ${oid}, which was not sent and is not here`,
    remedy: 'if the sending repository is a shallow clone, run `git fetch --unshallow` there first',
  });
}

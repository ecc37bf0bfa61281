/** Entry point of the thread that reads a large pack. See index-pack.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import { problemOf } from '../../base/errors.ts';
import { collector } from '../../base/heap.ts';
import type { IndexAnswer, IndexTask } from './index-task.ts';
import { readPack } from './read-pack.ts';

async function read({ path, limits }: IndexTask): Promise<IndexAnswer> {
  try {
    return { ok: true, pack: await readPack(path, limits, collector()) };
  } catch (error) {
    return { ok: false, problem: problemOf(error) };
  }
}

void read(workerData as IndexTask).then((answer) => parentPort?.postMessage(answer));

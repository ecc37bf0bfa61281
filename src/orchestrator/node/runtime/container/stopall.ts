import { type Clock, sleep } from '../../../../base/clock.ts';
import { ProblemError, problemOf } from '../../../../base/errors.ts';
import type { StopAllOptions } from '../runtime.ts';
import type { ContainerRef } from '../spec.ts';
import { connectEngine, type Engine } from './engine/engine.ts';
import { ownedBy, refOf, sharedName } from './labels.ts';
import { openRecords, type Records } from './records.ts';
import { removeAll } from './removal.ts';

const CHECK_MS = 50;
/** A kill does not fail; what waits for a disk may take a moment to notice. */
const KILL_MS = 5_000;

interface Running {
  readonly id: string;
  /** Absent: the sandbox of a pod, which has nothing to save. */
  readonly ref: ContainerRef | undefined;
}

/** Ends every container of an agent: SIGTERM, and SIGKILL after the grace period; then what held their networks. */
export async function stopAll(
  engine: Engine,
  records: Records,
  clock: Clock,
  { graceMs, hurry }: StopAllOptions,
): Promise<void> {
  const running = async (): Promise<readonly Running[]> =>
    (await engine.list([ownedBy(records.agent)]))
      .filter(({ State }) => State === 'running')
      .map(({ Id, Labels }) => ({ id: Id, ref: refOf(Labels) }));
  const containers = async () => (await running()).filter(({ ref }) => ref !== undefined);
  const end = async (signal: string, waitMs: number, enough: () => boolean) => {
    await Promise.all((await containers()).map(({ id }) => engine.kill(id, signal)));
    const deadline = clock.monotonic() + waitMs;
    while ((await containers()).length > 0 && clock.monotonic() < deadline && !enough())
      await sleep(clock, CHECK_MS);
  };
  for (const { ref } of await running()) if (ref) records.markPlanned(ref);
  await end('SIGTERM', graceMs, () => hurry?.aborted === true);
  await end('SIGKILL', KILL_MS, () => false);
  await Promise.all((await running()).map(({ id }) => engine.kill(id, 'SIGKILL')));
}

export interface StopRecordedOptions extends StopAllOptions {
  readonly root: string;
  readonly clock: Clock;
}

/** The engine that has containers of the node; undefined where none are recorded. Rejects with ProblemError when it does not answer. */
async function engineOf(records: Records): Promise<Engine | undefined> {
  const socket = records.engineSocket();
  if (socket === undefined || records.pods().length === 0) return undefined;
  return connectEngine(socket).catch((error: unknown) => {
    throw new ProblemError(
      {
        reason: 'EngineGone',
        message: `Containers of ${records.pods().length} pods may still run, and their engine does not answer: ${problemOf(error).message}.`,
        remedy: 'Start the engine again, then run `pilotage down`.',
      },
      { cause: error },
    );
  });
}

/** The engine that has a network of the node, whose last pod went when its agent ended; undefined also where it does not answer: nothing runs in it. */
async function engineOfNetwork(records: Records): Promise<Engine | undefined> {
  const socket = records.network() && records.engineSocket();
  return socket === undefined ? undefined : connectEngine(socket).catch(() => undefined);
}

/** `stopAll` for a node whose agent does not run. Rejects with ProblemError when there are containers and their engine does not answer. */
export async function stopRecorded({ root, clock, ...options }: StopRecordedOptions): Promise<void> {
  const records = openRecords(root);
  const engine = await engineOf(records);
  if (engine) await stopAll(engine, records, clock, options);
}

/** An engine that is busy with the ends of containers may not be able to remove all of them at once. */
const REMOVALS = 5;
const AGAIN_MS = 500;

/** Removes every container of a node and their network, for one whose directory is about to go. Rejects as `stopRecorded` does. */
export async function removeRecorded(root: string, clock: Clock): Promise<void> {
  const records = openRecords(root);
  const engine = (await engineOf(records)) ?? (await engineOfNetwork(records));
  if (!engine) return;
  await removeOwned(engine, records.agent, clock);
  if (records.network()) await engine.removeNetwork(sharedName(records.agent, 'network'));
}

/** `removeAll`, more than once where the engine fails. Rejects with what it says the last time. */
export async function removeOwned(engine: Engine, agent: string, clock: Clock): Promise<void> {
  for (let left = REMOVALS; ; left--) {
    try {
      return await removeAll(engine, [ownedBy(agent)]);
    } catch (error) {
      if (left === 1) throw error;
      await sleep(clock, AGAIN_MS);
    }
  }
}

import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, closeSync, constants, existsSync, openSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { type Clock, sleep } from '../../../../base/clock.ts';
import { errnoOf } from '../../../../base/errors.ts';
import type { InputMode } from '../spec.ts';
import type { ProgramSpec } from './attemptrecord.ts';

/**
 * Standard input of a container: a named pipe in the directory of its attempt, which its shim holds open (`shim.ts`), so that neither the
 * end of a client nor of the agent is the end of the input, unless the container wants that (`stdinOnce`).
 */
const STDIN = 'stdin';
/** Opened for writing by the first client: the shim's helper, which holds standard input open until then, lets go. */
const ATTACHED = 'attached';

/** Before the shim starts. @throws an error of the system */
export function createInput(dir: string, mode: InputMode, sandbox: ProgramSpec['sandbox']): void {
  const names = mode === 'once' ? [STDIN, ATTACHED] : [STDIN];
  execFileSync('mkfifo', ['-m', '600', ...names.map((name) => join(dir, name))]);
  if (sandbox?.type !== 'uid') return;
  // Programs open /dev/stdin, which is this pipe, by its name.
  chownSync(join(dir, STDIN), process.geteuid?.() ?? 0, sandbox.uid);
  chmodSync(join(dir, STDIN), 0o640);
}

/** What starts may not have its pipes open yet; what has closed its input never will. */
const OPEN_MS = 2_000;
const LOOK_MS = 10;

/** Opens standard input of a running attempt for one client; undefined: its program has closed it. */
export async function openInput(dir: string, clock: Clock, signal: AbortSignal): Promise<Socket | undefined> {
  const input = await openSoon(join(dir, STDIN), clock, signal);
  if (input === undefined) return undefined;
  void letGo(join(dir, ATTACHED), clock, signal);
  // A socket waits for a slow reader by itself; a file would block a thread of the agent.
  return new Socket({ fd: input, readable: false, writable: true });
}

/** The first client that is there takes over from the helper. */
async function letGo(attached: string, clock: Clock, signal: AbortSignal): Promise<void> {
  const opened = await openSoon(attached, clock, signal);
  if (opened === undefined) return;
  closeSync(opened);
  rmSync(attached, { force: true });
}

async function openSoon(path: string, clock: Clock, signal: AbortSignal): Promise<number | undefined> {
  const deadline = clock.monotonic() + OPEN_MS;
  for (;;) {
    const opened = openForWriting(path);
    if (opened !== undefined || signal.aborted || !existsSync(path) || clock.monotonic() > deadline)
      return opened;
    await sleep(clock, LOOK_MS);
  }
}

function openForWriting(path: string): number | undefined {
  try {
    return openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch (error) {
    // ENXIO: nobody has it open for reading.
    if (errnoOf(error) === 'ENXIO' || errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

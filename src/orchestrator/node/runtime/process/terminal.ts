import { execFile } from 'node:child_process';
import { type Clock, sleep } from '../../../../base/clock.ts';
import { shellWord } from '../../../../base/commandline.ts';
import { descendants, terminalOf } from '../../../../base/proc.ts';
import type { TerminalSize } from '../runtime.ts';
import type { Argv } from './confinement/command.ts';
import { findProgram } from './program.ts';

/**
 * A program in a terminal of its own. `script` of util-linux opens it, where the program runs: as the program's user and in its
 * namespaces, so that the terminal is the program's own and job control works. It outlives the agent, which holds no end of the terminal.
 */
export type InTerminal =
  | { readonly ok: true; readonly argv: Argv }
  | { readonly ok: false; readonly message: string };

const MISSING = 'a terminal (tty) needs the program "script" of util-linux, which this machine does not have';

export function inTerminal(argv: Argv, cwd: string, env: Readonly<Record<string, string>>): InTerminal {
  const script = findProgram('script', cwd, env.PATH);
  if (!script.ok) return { ok: false, message: MISSING };
  // `script` runs its command by $SHELL, which may be anything; the program gets its own back.
  const shell = env.SHELL === undefined ? 'unset SHELL' : `export SHELL=${shellWord(env.SHELL)}`;
  const command = `${shell} TERM="\${TERM:-xterm}"; export TERM; exec ${argv.map(shellWord).join(' ')}`;
  const options = ['--quiet', '--return', '--flush', '--echo', 'always', '--command', command, '/dev/null'];
  return { ok: true, argv: ['/usr/bin/env', 'SHELL=/bin/sh', script.path, ...options] };
}

/** How long a program that was just started may take to have its terminal. */
const OPEN_MS = 5_000;
const LOOK_MS = 20;

/**
 * Gives the terminal that a descendant of `leader` has each size in turn, the latest of those that wait; its programs get SIGWINCH
 * from the kernel. Never rejects.
 */
export async function followSizes(
  sizes: AsyncIterable<TerminalSize>,
  leader: () => number | undefined,
  clock: Clock,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    for await (const size of sizes) {
      const terminal = await terminalBelow(leader, clock, signal);
      if (terminal === undefined) return;
      await resize(terminal, size);
    }
  } catch {
    // The client is gone.
  }
}

async function terminalBelow(
  leader: () => number | undefined,
  clock: Clock,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const deadline = clock.monotonic() + OPEN_MS;
  while (!signal?.aborted && clock.monotonic() < deadline) {
    const pid = leader();
    const found = pid === undefined ? [] : descendants(pid).flatMap((one) => terminalOf(one) ?? []);
    if (found[0] !== undefined) return found[0];
    await sleep(clock, LOOK_MS);
  }
  return undefined;
}

/** `stty` opens the terminal from outside; it is no longer there when its program has just ended. */
function resize(terminal: string, { columns, rows }: TerminalSize): Promise<void> {
  const size = ['rows', String(rows), 'cols', String(columns)];
  return new Promise((resolve) => {
    execFile('stty', ['-F', terminal, ...size], { timeout: 2_000 }, () => resolve());
  });
}

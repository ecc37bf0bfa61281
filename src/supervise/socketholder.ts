import { writeFileSync } from 'node:fs';
import { shellWord } from '../base/commandline.ts';
import { findHolder, type SocketHolder } from '../base/heldsockets.ts';
import { commandNameOf } from '../base/proc.ts';
import { isSameProcess, sendSignal } from '../base/process.ts';
import type { ProcessIdentity } from './supervisor.ts';

/** Who holds the sockets of an agent that is gone; undefined: nobody does, or the holder has become the next agent. */
export function livingHolder(file: string): SocketHolder | undefined {
  const holder = findHolder(file);
  if (!holder || !isSameProcess(holder.pid, holder.pidStartTime)) return undefined;
  return commandNameOf(holder.pid) === 'sh' ? holder : undefined;
}

/** Has it become this program, with these variables and no others. The process stays the same. */
export function becomes(
  holder: SocketHolder,
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
): ProcessIdentity {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const words = ['env', '-i', ...variables, ...argv].map(shellWord);
  writeFileSync(holder.command, `exec ${words.join(' ')} </dev/null\n`, { mode: 0o600 });
  sendSignal(holder.pid, 'SIGUSR1');
  return holder;
}

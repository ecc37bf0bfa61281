import { spawn } from 'node:child_process';
import { nothingInherited } from './inheritedfiles.ts';

/** Looks at the owner, then runs "$@" once it is gone. Its environment says nothing, so it holds nothing of the owner's. */
const SCRIPT = 'owner=$1; shift; while kill -0 "$owner" 2>/dev/null; do sleep 0.5; done; exec "$@"';

/**
 * Runs a command when the owner is gone, however it went: SIGKILL, out of memory, a closed terminal. A shell in a session of its own,
 * because nothing inside the owner can promise that; 1 MB, and over as soon as its command is. Returns how to call it off.
 */
export function startWatchdog(
  ownerPid: number,
  command: readonly string[],
  env: Readonly<Record<string, string>>,
): () => void {
  const child = spawn('/bin/sh', ['-c', SCRIPT, 'pilotage-watchdog', String(ownerPid), ...command], {
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', ...nothingInherited()],
    env,
    cwd: '/',
  });
  // Without a shell there is no watchdog; the orderly end does not need one.
  child.on('error', () => {});
  child.unref();
  return () => void child.kill('SIGKILL');
}

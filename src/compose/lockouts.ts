/** Failed sign-ins, which outlive the daemon: a restart gives nobody guesses back. */
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { problemOf } from '../base/errors.ts';
import type { Lifetime } from '../base/lifetime.ts';
import type { Logger } from '../base/log.ts';
import { readState, writeState } from '../base/statefile.ts';
import { createLockouts, type LockoutRecord, type Lockouts } from '../identity/lockout.ts';

/** A file that cannot be read is begun anew: it must not keep Pilotage from its people. */
export async function openLockouts(options: {
  readonly dataDir: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly parts: Pick<Lifetime, 'add'>;
}): Promise<Lockouts> {
  const { dataDir, clock, logger, parts } = options;
  const path = join(dataDir, 'lockouts.json');
  const warn = (what: string) => (error: unknown) =>
    void logger.warn({ path, problem: problemOf(error).message }, what);
  let isStale = false;
  let writing: Promise<void> | undefined;
  // What fails meanwhile is written together: each write is the whole record.
  const write = async (): Promise<void> => {
    while (isStale) {
      isStale = false;
      await writeState(path, lockouts.record()).catch(warn('failed sign-ins cannot be recorded'));
    }
    writing = undefined;
  };
  const lockouts = createLockouts({
    clock,
    kept: await readState<LockoutRecord>(path).catch(warn('the record of failed sign-ins is begun anew')),
    changed() {
      isStale = true;
      writing ??= write();
    },
  });
  parts.add('record of failed sign-ins', async () => writing);
  return lockouts;
}

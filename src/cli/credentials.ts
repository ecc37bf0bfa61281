import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ProblemError } from '../base/errors.ts';
import { readState, writeState } from '../base/statefile.ts';
import type { LoggedIn } from '../model/identityfaces.ts';

/** What `pilotage login` keeps, by the URL of the daemon, in a file that only its owner reads. */
type Kept = Readonly<Record<string, LoggedIn>>;

/** The sign-in at a daemon, where there is one. @throws ProblemError SignInExpired: it must not turn into somebody else's rights */
export async function signInAt(path: string, url: string, now: number): Promise<LoggedIn | undefined> {
  const kept = (await readState<Kept>(path))?.[url];
  if (kept && Date.parse(kept.expiresAt) <= now)
    throw new ProblemError({
      reason: 'SignInExpired',
      message: `The sign-in of ${kept.user} at ${url} has expired.`,
      remedy: 'pilotage login, or pilotage logout to be the holder of the token of this machine again.',
    });
  return kept;
}

export async function keepSignIn(path: string, url: string, signIn: LoggedIn): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeState(path, { ...(await readState<Kept>(path)), [url]: signIn });
}

/** The sign-in that was kept, expired or not; undefined: there was none. */
export async function forgetSignIn(path: string, url: string): Promise<LoggedIn | undefined> {
  const { [url]: gone, ...others } = (await readState<Kept>(path)) ?? {};
  if (gone) await writeState(path, others);
  return gone;
}

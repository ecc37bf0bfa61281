import { spawn } from 'node:child_process';
import { sleep } from '../../base/clock.ts';
import { type Problem, ProblemError } from '../../base/errors.ts';
import type { BegunInBrowser, LoggedIn } from '../../model/identityfaces.ts';
import { SIGN_IN_MS } from '../../model/providerlogin.ts';
import type { CliContext } from '../context.ts';
import type { FaceClient } from '../daemon/face.ts';
import { listenForBrowser } from './callback.ts';

/** Leads a browser of this machine to the provider, and hands its answer to the daemon, which alone can make something of it. */
export async function signInByBrowser(
  { surroundings, stderr, clock }: CliContext,
  daemon: FaceClient,
): Promise<LoggedIn> {
  const callback = await listenForBrowser();
  const over = new AbortController();
  try {
    const { attempt, url } = await daemon.post<BegunInBrowser>('/login/browser', { port: callback.port });
    const state = new URL(url).searchParams.get('state') ?? '';
    const answer = callback.answerTo(state);
    stderr.write(
      `Sign in with a browser on this machine:\n  ${url}\nWithout one here: pilotage login --device\n`,
    );
    openBrowser(surroundings.fullEnvironment, url);
    const late = sleep(clock, SIGN_IN_MS, over.signal).then(() => {
      throw new ProblemError(LATE);
    });
    // Once it is over, nobody waits for it.
    late.catch(() => undefined);
    const query = await Promise.race([answer, late]);
    return await daemon.post<LoggedIn>('/login/browser/finish', { attempt, query });
  } finally {
    over.abort(new Error('the sign-in is over'));
    callback.close();
  }
}

/** Where there is a screen; whoever has none goes to the address that is printed. */
function openBrowser(environment: Readonly<Record<string, string>>, url: string): void {
  // The daemon says the address: nothing but a page is opened.
  if (new URL(url).protocol !== 'https:') return;
  const isMac = process.platform === 'darwin';
  if (!isMac && !environment.DISPLAY && !environment.WAYLAND_DISPLAY) return;
  // A program that is not there is reported by an event.
  spawn(isMac ? 'open' : 'xdg-open', [url], { stdio: 'ignore', detached: true, env: environment })
    .on('error', () => undefined)
    .unref();
}

const LATE: Problem = {
  reason: 'Expired',
  message: 'No browser has come back within ten minutes.',
  remedy: 'Begin again: pilotage login.',
};

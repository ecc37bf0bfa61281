import { ProblemError } from '../../base/errors.ts';
import type { Ask, WebAnswer, WebRequest } from './ask.ts';

/** Attempts in all, as of Go's registry clients; the pauses between them grow. */
const ATTEMPTS = 4;
const FIRST_PAUSE_MS = 500;
/** A server that wants a longer pause than this is given up on: whoever waits should know why. */
const LONGEST_PAUSE_MS = 20_000;
/** Too many requests, and what proxies say while the server behind them is away. */
const PASSING: ReadonlySet<number> = new Set([429, 502, 503, 504]);
const BROKEN: ReadonlySet<string> = new Set(['DownloadCutShort']);

/**
 * Asks again what failed for a moment: reads only, since nobody knows what became of a write. As long as a server asks for with
 * Retry-After (RFC 9110, 10.2.3, in seconds), else for half a second, doubled each time. `wait` resolves after so many milliseconds.
 */
export const patient =
  (ask: Ask, wait: (ms: number) => Promise<void>): Ask =>
  async (request) => {
    for (let attempt = 1; ; attempt++) {
      const outcome = await attempted(ask, request);
      const pause = pauseAfter(request, outcome, attempt);
      if (pause === undefined) {
        if (outcome instanceof ProblemError) throw outcome;
        return outcome;
      }
      await wait(pause);
    }
  };

async function attempted(ask: Ask, request: WebRequest): Promise<WebAnswer | ProblemError> {
  try {
    return await ask(request);
  } catch (error) {
    if (error instanceof ProblemError) return error;
    throw error;
  }
}

/** Milliseconds until the request is worth another attempt; undefined: it is not. `attempt` counts from 1. */
export function pauseAfter(
  { method = 'GET' }: Pick<WebRequest, 'method'>,
  outcome: WebAnswer | ProblemError,
  attempt: number,
): number | undefined {
  if (attempt >= ATTEMPTS || (method !== 'GET' && method !== 'HEAD')) return undefined;
  const growing = FIRST_PAUSE_MS * 2 ** (attempt - 1);
  if (outcome instanceof ProblemError) return BROKEN.has(outcome.problem.reason) ? growing : undefined;
  if (!PASSING.has(outcome.status)) return undefined;
  const asked = outcome.headers['retry-after'];
  const pause = asked !== undefined && /^\d{1,6}$/.test(asked) ? Number(asked) * 1_000 : growing;
  return pause <= LONGEST_PAUSE_MS ? pause : undefined;
}

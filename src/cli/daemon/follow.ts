import { type Clock, sleep } from '../../base/clock.ts';
import { ProblemError } from '../../base/errors.ts';
import type { StreamLine } from '../../model/progress.ts';
import type { FaceClient } from './face.ts';

/** How soon a lost connection is opened again. */
const RECONNECT_MS = 250;

export interface FollowOptions {
  readonly daemon: Pick<FaceClient, 'events'>;
  /** `delivery`, `environment`: what is followed. */
  readonly query: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** Called when a connection is open, and when it is lost. */
  readonly onConnect?: (isLive: boolean) => void;
}

/**
 * Progress until the signal aborts, whatever happens to the connection: each new one resumes after the last event that was read, so that
 * nothing is missed. Where the daemon no longer keeps what was missed, a gap says so. Rejects when the daemon refuses.
 */
export async function* followEvents({
  daemon,
  query,
  signal,
  clock,
  onConnect = () => {},
}: FollowOptions): AsyncGenerator<StreamLine> {
  let after: number | undefined;
  while (!signal.aborted) {
    const resumed = after === undefined ? query : { ...query, after: String(after) };
    const stream = await daemon.events(resumed, signal).catch(lostConnection);
    if (stream) {
      after = stream.after;
      onConnect(true);
      for await (const line of stream.lines) {
        after = 'gap' in line ? line.gap.resumeAt : line.id;
        yield line;
      }
      onConnect(false);
    }
    if (!signal.aborted) await sleep(clock, RECONNECT_MS, signal).catch(() => {});
  }
}

/** A daemon that restarts answers again; one that refuses will go on refusing. */
function lostConnection(error: unknown): undefined {
  if (error instanceof ProblemError && error.problem.reason !== 'Unavailable') throw error;
  return undefined;
}

import type { IncomingMessage } from 'node:http';
import { type Clock, sleep } from '../../../../base/clock.ts';
import { problemOf } from '../../../../base/errors.ts';
import { splitLines } from '../../../../base/lines.ts';
import type { Logger } from '../../../../base/log.ts';
import type { Engine } from './engine/engine.ts';
import { readLine } from './engine/lines.ts';
import type { EngineEvent } from './engine/types.ts';
import { ownedBy, podOf, refOf } from './labels.ts';

export interface WatchOptions {
  readonly agent: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A container of the pod ended. */
  readonly onEnd: (pod: string) => void;
  /** The sandbox of the pod ended. */
  readonly onSandboxEnd: (pod: string) => void;
  /** Any of them may have ended while nobody watched. */
  readonly onGap: () => void;
  readonly signal: AbortSignal;
}

const LINE_BYTES = 256 * 1024;
const RETRY_MS = 500;
/** Docker's word and Podman's. */
const ENDS: ReadonlySet<string | undefined> = new Set(['die', 'died']);

/** Follows the ends of containers until the signal aborts, across restarts of the engine. Resolves once it watches; never rejects. */
export function watchEnds(engine: Engine, options: WatchOptions): Promise<void> {
  return new Promise((resolve) => {
    void follow(engine, options, resolve);
  });
}

async function follow(engine: Engine, options: WatchOptions, onWatching: () => void): Promise<void> {
  const { agent, clock, logger, onGap, signal } = options;
  while (!signal.aborted) {
    try {
      const answer = await engine.events(ownedBy(agent), signal);
      onWatching();
      onGap();
      await read(answer, options);
    } catch (error) {
      if (!signal.aborted)
        logger.debug({ error: problemOf(error).message }, 'the engine tells of no ends now');
    }
    // Whoever waits for it goes on: what ends meanwhile is seen when it is watched again.
    onWatching();
    await sleep(clock, RETRY_MS, signal).catch(() => undefined);
  }
}

async function read(answer: IncomingMessage, { onEnd, onSandboxEnd }: WatchOptions): Promise<void> {
  const lines = splitLines(LINE_BYTES, (line) => {
    const { Action, Actor } = readLine<EngineEvent>(line);
    const pod = podOf(Actor?.Attributes);
    if (!ENDS.has(Action) || pod === undefined) return;
    if (refOf(Actor?.Attributes)) onEnd(pod);
    else onSandboxEnd(pod);
  });
  for await (const piece of answer as AsyncIterable<Buffer>) lines.add(piece);
}

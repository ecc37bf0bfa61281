import { fstatSync, writeSync } from 'node:fs';
import type { DestinationStream } from 'pino';
import { type Clock, systemClock } from './clock.ts';

/** How a line is written; throws what the system says when it is not. */
export type WriteLine = (line: string) => void;

const AGAIN_MS = 2_000;

/**
 * A log whose failure ends nothing: lines that a full disk or a reader that is gone does not take are counted, and that number is the
 * first thing that it says once it can.
 */
export function createLogSink(write: WriteLine, clock: Clock): DestinationStream {
  let lost = 0;
  let why = '';
  let cancel = (): void => {};

  function confess(): void {
    if (lost === 0) return;
    // A line that was cut off by the end of the disk may stand before it.
    write(`\n${JSON.stringify({ level: 50, lost, error: why, msg: 'lines of this log are lost' })}\n`);
    lost = 0;
    cancel();
  }

  function attempt(work: () => void, losing: number): void {
    try {
      work();
    } catch (error) {
      lost += losing;
      why = error instanceof Error ? error.message : String(error);
      cancel();
      cancel = clock.after(AGAIN_MS, () => attempt(confess, 0));
    }
  }

  return {
    write: (line) =>
      attempt(() => {
        confess();
        write(line);
      }, 1),
  };
}

/** This process's stderr. A file is written to as it is: Node's stream of one that failed once stays closed for ever. */
export function stderrSink(): DestinationStream {
  if (fstatSync(2).isFile()) {
    return createLogSink((line) => {
      const bytes = Buffer.from(line);
      for (let at = 0; at < bytes.length; ) at += writeSync(2, bytes, at);
    }, systemClock);
  }
  // Its reader has gone (EPIPE): later lines have no reader.
  process.stderr.on('error', () => {});
  return process.stderr;
}

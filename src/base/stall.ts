import { Worker } from 'node:worker_threads';

/** A control plane that has not answered anybody for so long will not by itself. */
const LIMIT_MS = 30_000;
const BEAT_MS = 500;

/**
 * Looks at a counter that the main thread moves. Its own ticks are the time, so that a machine that slept, or a process that was
 * stopped, does not count as stalled.
 */
const SCRIPT = `
const { workerData: { beats, limitMs, beatMs } } = require('node:worker_threads');
const { writeSync } = require('node:fs');
let seen = -1;
let missed = 0;
setInterval(() => {
  const now = Atomics.load(beats, 0);
  missed = now === seen ? missed + 1 : 0;
  seen = now;
  if (missed * beatMs < limitMs) return;
  try {
    writeSync(2, JSON.stringify({ level: 60, msg: 'the main thread has been busy for ' + limitMs + ' ms: ended, so that it can be started again' }) + '\\n');
  } catch {}
  process.kill(process.pid, 'SIGKILL');
}, beatMs);
`;

/**
 * Ends this process by SIGKILL when its event loop has not turned for 30 s: a loop that never turns hears no SIGTERM either.
 * A thread, because nothing on the main one can promise that; it holds nothing, and the returned function ends it.
 */
export function endWhenStalled({ limitMs = LIMIT_MS, beatMs = BEAT_MS } = {}): () => void {
  const beats = new Int32Array(new SharedArrayBuffer(4));
  const timer = setInterval(() => Atomics.add(beats, 0, 1), beatMs);
  timer.unref();
  const worker = new Worker(SCRIPT, {
    eval: true,
    execArgv: [],
    workerData: { beats, limitMs, beatMs },
    resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 1, stackSizeMb: 1 },
  });
  worker.unref();
  // Without threads there is no watchdog; the orderly end does not need one.
  worker.on('error', () => {});
  return () => {
    clearInterval(timer);
    void worker.terminate();
  };
}

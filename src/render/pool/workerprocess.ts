import { type ChildProcess, fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Result } from '../../base/errors.ts';
import { fromSource, ownProgram } from '../../base/ownfiles.ts';
import { startWatchdog } from '../../base/watchdog.ts';
import type { Rendered } from '../types.ts';
import { READY, type WireRequest } from './wire.ts';

/** How a worker ended that was not stopped. */
export type WorkerEnd = 'memory' | 'killed' | { readonly crashed: string };

export interface WorkerProcess {
  send(request: WireRequest): void;
  /** Only a worker that works may keep the daemon alive. */
  hold(): void;
  release(): void;
  /** Ends it now, whatever it does; `onEnd` is not called. Resolves when it is gone. */
  kill(): Promise<void>;
}

export interface WorkerProcessOptions {
  /** Megabytes of JavaScript heap. */
  readonly memory: number;
  /** It has loaded: what it was sent begins now. */
  readonly onReady: () => void;
  readonly onAnswer: (answer: Result<Rendered>) => void;
  readonly onEnd: (end: WorkerEnd) => void;
}

/** Beside the heap: V8's own needs at its start are some 90 MB; a Buffer and the young generation are no part of the heap. */
const BESIDE_HEAP_MB = 256;

/**
 * No core files; a limit of the system on writable memory, for what V8's own does not count. A limit that the system refuses is
 * left out: the heap's holds everywhere.
 */
const SHELL = 'ulimit -c 0; ulimit -d "$0" 2>/dev/null; exec "$@"';

/**
 * A process for rendering. Not a thread: `resourceLimits` of a worker thread hold what the garbage collector sees in time, and one
 * text that doubles is flattened before it does; V8 then ends the process, which would be the daemon. It inherits no environment, no
 * open file and no working directory, and gets nothing but requests.
 */
export function startWorkerProcess({
  memory,
  onReady,
  onAnswer,
  onEnd,
}: WorkerProcessOptions): WorkerProcess {
  const child = launch(memory);
  let reported = false;
  const end = (how: WorkerEnd): void => {
    callOff();
    if (!reported) onEnd(how);
    reported = true;
  };
  const gone = new Promise<void>((resolve) => {
    child.once('exit', (code, signal) => {
      end(endOf(code, signal));
      resolve();
    });
    child.once('error', (error) => {
      end({ crashed: error.message });
      resolve();
    });
  });
  // While it renders it hears nothing, so it cannot notice by itself that the daemon has gone.
  const callOff =
    child.pid === undefined
      ? () => {}
      : startWatchdog(process.pid, ['/bin/sh', '-c', 'kill -9 "$0"', String(child.pid)], {});
  child.on('message', (message: Result<Rendered> | typeof READY) =>
    message === READY ? onReady() : onAnswer(message),
  );
  return {
    // A worker that has just ended takes nothing; its end is reported all the same.
    send: (request) => void child.send(request, () => {}),
    hold() {
      child.ref();
      child.channel?.ref();
    },
    release() {
      child.unref();
      child.channel?.unref();
    },
    async kill() {
      reported = true;
      child.kill('SIGKILL');
      await gone;
    },
  };
}

function launch(memory: number): ChildProcess {
  const file = fileURLToPath(ownProgram('render/pool/worker.ts'));
  const limitKb = String((memory + BESIDE_HEAP_MB) * 1024);
  const flags = [
    `--max-old-space-size=${memory}`,
    '--max-semi-space-size=16',
    // Deep templates; of the eight megabytes that a main thread usually has.
    '--stack-size=3900',
    '--v8-pool-size=1',
    ...(fromSource ? ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href] : []),
  ];
  return fork(file, [], {
    execPath: '/bin/sh',
    execArgv: ['-c', SHELL, limitKb, process.execPath, ...flags],
    env: {},
    cwd: '/',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    serialization: 'advanced',
  });
}

/** V8 aborts when memory runs out; how it traps differs by architecture. */
const OUT_OF_MEMORY: ReadonlySet<string> = new Set(['SIGABRT', 'SIGTRAP', 'SIGILL']);

function endOf(code: number | null, signal: NodeJS.Signals | null): WorkerEnd {
  if (signal === null) return { crashed: `its process ended with code ${code}` };
  if (OUT_OF_MEMORY.has(signal)) return 'memory';
  return signal === 'SIGKILL' || signal === 'SIGTERM'
    ? 'killed'
    : { crashed: `its process was ended by ${signal}` };
}

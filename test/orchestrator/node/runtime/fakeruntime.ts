import { type Clock, systemClock } from '../../../../src/base/clock.ts';
import type {
  AttachRequest,
  Attempt,
  AttemptState,
  ExecOutcome,
  ExecRequest,
  LogOptions,
  PodRuntime,
  PullResult,
  RuntimeEvent,
  StartResult,
} from '../../../../src/orchestrator/node/runtime/runtime.ts';
import type {
  ContainerRef,
  ContainerSpec,
  RestartCount,
  Sandbox,
} from '../../../../src/orchestrator/node/runtime/spec.ts';
import { fakeExec } from './fakeexec.ts';
import { isProgram, readMounted } from './fakeprograms.ts';
import { fakeSockets } from './fakesockets.ts';

interface FakeContainer {
  readonly spec: ContainerSpec;
  readonly startedAt: number;
  readonly log: { readonly at: number; readonly line: string }[];
  state: AttemptState;
}

/** What outlives an agent: the containers of a machine. Several runtimes may be opened on it, one after the other. */
export interface FakeMachine {
  readonly clock: Clock;
  /** Images that exist; any other one is missing. */
  readonly images: Set<string>;
  /** Images whose pull takes for ever; what is canceled is noted in `calls`. */
  readonly slowImages: Set<string>;
  /** Sockets of pods that listen, as `uid:port`. */
  readonly listening: Set<string>;
  /** Everything that was asked of runtimes, in order: `start web/0`, `SIGTERM web/0`. */
  readonly calls: string[];
  /** Ends a running container by itself. */
  exit(ref: ContainerRef, exitCode: number): void;
  /** Ends a running container at its limit of memory. */
  exhaust(ref: ContainerRef): void;
  /** Gives the sandbox of a pod another address, and ends what runs in it. */
  move(pod: string): void;
  /** What a command beside a container comes to; by default its program. */
  onExec: ((command: readonly string[]) => ExecOutcome) | undefined;
  open(): PodRuntime;
}

const keyOf = ({ pod, container, attempt }: ContainerRef): string => `${pod}/${container}/${attempt}`;

/** A runtime in memory: pods have networks of their own, programs are words. */
export function createFakeMachine(clock: Clock = systemClock): FakeMachine {
  const sandboxes = new Map<string, Sandbox>();
  const containers = new Map<string, FakeContainer>();
  const listeners = new Set<(event: RuntimeEvent) => void>();
  const changes = new Set<() => void>();
  const machine: FakeMachine = {
    clock,
    images: new Set(['app']),
    slowImages: new Set(),
    listening: new Set(),
    calls: [],
    onExec: undefined,
    exit: (ref, exitCode) => end(ref, { type: 'exited', exitCode, finishedAt: clock.now() }),
    exhaust: (ref) =>
      end(ref, { type: 'exited', exitCode: 137, finishedAt: clock.now(), isOutOfMemory: true }),
    move(pod) {
      const sandbox = sandboxes.get(pod);
      if (sandbox) sandboxes.set(pod, { ...sandbox, address: `10.0.0.${++addresses}` });
      for (const { spec } of containers.values()) if (spec.ref.pod === pod) machine.exit(spec.ref, 137);
      for (const listener of listeners) listener({ type: 'moved', pod });
    },
    open,
  };
  let addresses = 0;

  const find = (ref: ContainerRef): FakeContainer | undefined => containers.get(keyOf(ref));
  const isRunning = (ref: ContainerRef): boolean => find(ref)?.state.type === 'running';
  const note = (what: string, { container, attempt }: ContainerRef) =>
    void machine.calls.push(`${what} ${container}/${attempt}`);

  function end(ref: ContainerRef, state: AttemptState): void {
    const found = find(ref);
    if (found?.state.type !== 'running') return;
    found.state = state;
    changed();
    queueMicrotask(() => {
      for (const listener of listeners) listener({ type: 'exited', pod: ref.pod });
    });
  }

  function print(found: FakeContainer, line: string): void {
    if (line) found.log.push({ at: clock.now(), line: `${line}\n` });
    changed();
  }

  function changed(): void {
    for (const change of changes) change();
    changes.clear();
  }

  const change = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      changes.add(resolve);
      signal.addEventListener('abort', () => resolve(), { once: true });
    });

  function run(ref: ContainerRef, spec: ContainerSpec): StartResult {
    const [program = '', ...words] = [...spec.command, ...spec.args];
    if (!isProgram(program))
      return { ok: false, reason: 'RunContainerError', message: `there is no program "${program}"` };
    note('start', ref);
    const found: FakeContainer = { spec, startedAt: clock.now(), log: [], state: { type: 'running' } };
    containers.set(keyOf(ref), found);
    const exit = (exitCode: number) => machine.exit(ref, exitCode);
    if (program === 'serve' || program === 'stubborn') print(found, 'up');
    if (program === 'print') print(found, words[0] ?? '');
    if (program === 'show') print(found, spec.env[words[0] ?? ''] ?? '');
    if (program === 'cat') print(found, readMounted(spec, words[0] ?? ''));
    if (!['serve', 'stubborn'].includes(program)) exit(program === 'print' ? Number(words[1]) : 0);
    return { ok: true };
  }

  function open(): PodRuntime {
    const own = new Set<(event: RuntimeEvent) => void>();
    return {
      version: 'fake://1',
      sockets: fakeSockets(machine.listening, sandboxes),
      pods: async () => [...sandboxes.keys()],
      async runSandbox(spec) {
        const known = sandboxes.get(spec.pod);
        if (known) return { ok: true, sandbox: known };
        const sandbox = { ...spec, address: `10.0.0.${++addresses}` };
        sandboxes.set(spec.pod, sandbox);
        return { ok: true, sandbox };
      },
      async stopSandbox(pod) {
        machine.calls.push(`stop the sandbox of ${pod}`);
      },
      async removeSandbox(pod) {
        sandboxes.delete(pod);
        for (const key of containers.keys()) if (key.startsWith(`${pod}/`)) containers.delete(key);
      },
      async pullImage(reference, { onProgress, signal } = {}): Promise<PullResult> {
        if (machine.slowImages.has(reference))
          await new Promise((_resolve, reject) => {
            signal?.addEventListener('abort', () => {
              machine.calls.push(`canceled the pull of ${reference}`);
              reject(signal.reason);
            });
          });
        if (!machine.images.has(reference))
          return {
            ok: false,
            reason: 'ErrImagePull',
            message: `image "${reference}" is not in the registry`,
          };
        onProgress?.({ done: 10, total: 10 });
        return { ok: true, image: { reference, digest: `sha256:${reference}` } };
      },
      environment: async () => ({ IN_FAKE: 'yes' }),
      start: async (spec) => run(spec.ref, spec),
      async startAgain(previous, count: RestartCount) {
        const spec = find(previous)?.spec;
        const ref = { ...previous, attempt: previous.attempt + 1 };
        return spec && run(ref, { ...spec, ...count, ref });
      },
      attempts: async (pod) =>
        [...containers.values()].filter(({ spec }) => spec.ref.pod === pod).map(attemptOf),
      async signal(ref, signal) {
        note(signal, ref);
        const found = find(ref);
        const [program, code] = found?.spec.command ?? [];
        if (!found || !isRunning(ref)) return;
        if (signal === 'SIGKILL') machine.exit(ref, 137);
        else if (program === 'serve') {
          print(found, 'bye');
          machine.exit(ref, Number(code));
        }
      },
      async forget(ref) {
        containers.delete(keyOf(ref));
      },
      async stopAll() {
        const state = { type: 'exited', exitCode: 143, finishedAt: clock.now(), planned: true } as const;
        for (const { spec } of containers.values()) end(spec.ref, state);
      },
      exec: (ref, request) => exec(ref, request),
      attach: (ref, request) => attach(ref, request),
      logs: (ref, options, signal) => logs(ref, options, signal),
      async portForward(_pod, port) {
        throw new Error(`nothing listens on port ${port}`);
      },
      stats: async (pod) => ({
        at: clock.now(),
        containers: [...containers.values()]
          .filter(({ spec, state }) => spec.ref.pod === pod && state.type === 'running')
          .map(({ spec }) => ({
            container: spec.ref.container,
            cpuNanoseconds: 1_000,
            memoryBytes: 4_096,
            processes: 1,
          })),
      }),
      subscribe(listener) {
        listeners.add(listener);
        own.add(listener);
        return () => listeners.delete(listener);
      },
      async close() {
        for (const listener of own) listeners.delete(listener);
      },
    };
  }

  function exec(ref: ContainerRef, request: ExecRequest): Promise<ExecOutcome> {
    return fakeExec(isRunning(ref) ? find(ref)?.spec : undefined, ref, request, machine);
  }

  async function attach(ref: ContainerRef, { onStdout, signal }: AttachRequest): Promise<ExecOutcome> {
    const lasting = signal ?? new AbortController().signal;
    for await (const piece of logs(ref, { follow: true, timestamps: false, tailLines: 0 }, lasting))
      await onStdout?.(piece);
    const state = find(ref)?.state;
    return state?.type === 'exited' ? { type: 'exited', exitCode: state.exitCode } : { type: 'canceled' };
  }

  async function* logs(
    ref: ContainerRef,
    { follow, timestamps, tailLines, limitBytes, sinceTime }: LogOptions,
    signal: AbortSignal,
  ): AsyncGenerator<Buffer> {
    const found = find(ref);
    if (!found) return;
    const since = sinceTime === undefined ? 0 : Date.parse(sinceTime);
    const tail = tailLines === undefined ? 0 : Math.max(0, found.log.length - tailLines);
    let left = limitBytes ?? Number.POSITIVE_INFINITY;
    for (let n = tail; !signal.aborted && left > 0; ) {
      const entry = found.log[n];
      if (!entry && (!follow || !isRunning(ref))) return;
      if (!entry) {
        await change(signal);
        continue;
      }
      n += 1;
      if (entry.at < since) continue;
      const stamp = timestamps ? `${new Date(entry.at).toISOString()} ` : '';
      const bytes = Buffer.from(stamp + entry.line).subarray(0, left);
      left -= bytes.length;
      yield bytes;
    }
  }

  return machine;
}

function attemptOf({ spec, startedAt, log, state }: FakeContainer): Attempt {
  const { ref, image, backOffMs, restarts } = spec;
  const failed = state.type === 'exited' && state.exitCode !== 0;
  const output = log
    .map(({ line }) => line)
    .join('')
    .trimEnd();
  return {
    ref,
    id: `fake://${keyOf(ref)}`,
    startedAt,
    image,
    backOffMs,
    restarts,
    state,
    ...(failed && output ? { output } : {}),
  };
}

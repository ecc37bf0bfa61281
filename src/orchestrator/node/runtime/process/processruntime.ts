import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../../../base/clock.ts';
import { problemOf } from '../../../../base/errors.ts';
import type { Logger } from '../../../../base/log.ts';
import { entriesOf } from '../../../../base/recordfile.ts';
import { removeTree } from '../../../../base/removetree.ts';
import type { Attempt, PodRuntime, RuntimeEvent, StartResult } from '../runtime.ts';
import type { Sandbox } from '../spec.ts';
import { connectTo } from '../tcpstream.ts';
import { attachTo } from './attach.ts';
import { type Attempts, createAttempts, type ProcessAttempt, type RunningAttempt } from './attempts.ts';
import type { PodConfinement } from './confinement/pods.ts';
import { programEnvironment } from './environment.ts';
import { execBeside } from './exec.ts';
import type { ImageStore } from './images/store.ts';
import { launch } from './launch.ts';
import type { Limits } from './limits/limits.ts';
import { createLogs } from './logs.ts';
import { podDir, ROOTS, rootDir } from './poddirs.ts';
import { createSandboxes } from './sandboxes.ts';
import { createSocketOwners } from './socketowners.ts';
import { processTable, statsOf } from './stats.ts';
import { killPod, stopAll } from './stopall.ts';
import { startedBut, unsupportedBy } from './unsupported.ts';

export interface ProcessRuntimeOptions {
  /** Below it one directory per pod, named by its uid. */
  readonly root: string;
  /** Range of the loopback network that pods get their addresses from: `127.201.0.0/16`. */
  readonly podCidr: string;
  /** The address of this node, and of pods that share its network. */
  readonly hostIP: string;
  readonly images: Pick<ImageStore, 'resolve' | 'directoryOf'>;
  /** Brings an image here that another machine has. Rejects when that fails; does nothing where there is none. */
  readonly bring?: (reference: string) => Promise<void>;
  readonly confinement: PodConfinement;
  /** Absent: requests and limits mean nothing. */
  readonly limits?: Limits;
  /** The directory below which the node keeps volumes that outlive pods; absent: it keeps none. */
  readonly keptVolumes?: string;
  /** What every program starts from: PATH, HOME and the like of the machine. */
  readonly hostEnvironment: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Containers as programs of this machine: no engine, no file system and no network of their own. */
export function createProcessRuntime(options: ProcessRuntimeOptions): PodRuntime {
  const { root, podCidr, hostIP, images, confinement, keptVolumes, hostEnvironment, clock, logger } = options;
  const listeners = new Set<(event: RuntimeEvent) => void>();
  const attempts = createAttempts({
    root,
    clock,
    logger,
    ...(options.limits ? { limits: options.limits } : {}),
  });
  const sandboxes = createSandboxes({ podCidr, hostIP, fileOwnerOf: confinement.userOf });
  const table = processTable(clock);
  const logs = createLogs({ attempts, clock, logger, pods: podLogs });
  const sockets = createSocketOwners({
    clock,
    podsDir: root,
    running: () => attempts.running().map(({ ref, pid }) => ({ ...ref, pid, podName: nameOf(ref.pod) })),
    onWildcard: (pod) => notify({ type: 'wildcard', pod }),
  });
  attempts.onExit((pod) => notify({ type: 'exited', pod }));

  function notify(event: RuntimeEvent): void {
    for (const listener of listeners) listener(event);
  }

  const nameOf = (pod: string): string => {
    const sandbox = sandboxes.find(pod);
    return sandbox ? `${sandbox.namespace}/${sandbox.name}` : pod;
  };

  function podLogs() {
    const running = attempts.running().map(({ ref }) => ref);
    return sandboxes.list().map(({ pod, containers }) => ({
      uid: pod,
      containers: containers.length,
      running: running.filter((ref) => ref.pod === pod),
    }));
  }

  async function start(spec: Parameters<PodRuntime['start']>[0]): Promise<StartResult> {
    const { ref, backOffMs, restarts } = spec;
    const pod = sandboxOf(ref.pod);
    const launched = launch(spec, pod, { root, images, confinement, keptVolumes });
    if (!launched.ok) return launched;
    const { sandbox = { type: 'none' } } = launched.program;
    const started = await attempts.start({ ...launched.program, ref, backOffMs, restarts });
    if (!started.ok) return started;
    return startedBut([...(started.unsupported ?? []), ...unsupportedBy(spec.security, pod, sandbox)]);
  }

  function sandboxOf(pod: string): Sandbox {
    const sandbox = sandboxes.find(pod);
    if (!sandbox) throw new Error(`pod ${pod} has no sandbox: run it first`);
    return sandbox;
  }

  async function portForward(pod: string, port: number, signal: AbortSignal) {
    const { address } = sandboxOf(pod);
    const owner = sockets.ownerOf({ pod, host: address, port }, clock.monotonic());
    if (owner.type === 'other' || owner.type === 'unknown') throw new Error(owner.message);
    return connectTo(address, port, signal);
  }

  return {
    version: 'process://1',
    sockets,
    pods: async () => attempts.pods().filter((pod) => hasRecords(podDir(root, pod))),
    runSandbox: async (spec) => sandboxes.run(spec),
    // An address of loopback is one of many, and no port is held by nothing.
    stopSandbox: async () => {},
    async removeSandbox(pod) {
      await killPod(attempts, pod, clock);
      // Its records name the groups: they go last.
      if (!(await attempts.releaseLimits(pod)))
        throw new Error(`processes of pod ${pod} that were killed have not ended yet`);
      logs.forgetPod(pod);
      attempts.forgetPod(pod);
      for (const name of ownEntries(podDir(root, pod))) await removeTree(join(podDir(root, pod), name));
      sandboxes.remove(pod);
    },
    async pullImage(reference, { policy } = {}) {
      const here = images.resolve(reference).type;
      if (options.bring && (here === 'missing' || (here === 'directory' && policy === 'Always'))) {
        const failure = await options.bring(reference).then(() => undefined, problemOf);
        // What is here goes on while nobody answers.
        if (failure && here === 'missing') {
          const message = `image "${reference}" cannot be brought here: ${failure.message}`;
          return { ok: false, reason: 'ErrImagePull', message };
        }
      }
      const image = images.resolve(reference);
      if (image.type === 'missing') return { ok: false, reason: 'ErrImagePull', message: image.message };
      return { ok: true, image: { reference, digest: image.type === 'host' ? '' : image.digest } };
    },
    async environment(sandbox, { name, ports }) {
      const place = rootDir(root, sandbox.pod, name);
      const confined = confinement.sandbox(sandbox.namespace, { readOnly: [], writable: [] });
      const isConfined = confined.type !== 'none';
      return programEnvironment({ sandbox, ports, root: place, hostEnvironment, isConfined });
    },
    start,
    async startAgain(previous, count) {
      const started = attempts.startedWith(previous);
      if (!started) return undefined;
      const { argv, env, cwd, image, sandbox, resources, input, tty, messageFile } = started;
      const ref = { ...previous, attempt: previous.attempt + 1 };
      const own = {
        ...(sandbox ? { sandbox } : {}),
        ...(resources ? { resources } : {}),
        ...(input ? { input } : {}),
        ...(tty ? { tty } : {}),
        ...(messageFile ? { messageFile } : {}),
      };
      return attempts.start({ argv, env, cwd, image, ...own, ...count, ref });
    },
    attempts: async (pod) => attempts.list(pod).map(neutral),
    signal: async (ref, signal) => attempts.signal(ref, signal),
    forget: async (ref) => attempts.forget(ref),
    stopAll: (stop) => stopAll(root, attempts, clock, stop),
    exec: (ref, request) => execBeside(attempts, clock, ref, request),
    attach: (ref, request) => attachTo({ attempts, logs, clock }, ref, request),
    logs: (ref, request, signal) => logs.read(ref, request, signal),
    portForward,
    async stats(pod) {
      const { at, processes } = table.now();
      return { at, containers: statsOf(runningOf(attempts, pod), processes) };
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      logs.stop();
      listeners.clear();
      attempts.close();
    },
  };
}

const runningOf = (attempts: Attempts, pod: string): RunningAttempt[] =>
  attempts
    .list(pod)
    .flatMap(({ ref, state }) =>
      state.type === 'running' && state.pid > 0 ? [{ ref, pid: state.pid }] : [],
    );

/** The runtime's own files in the directory of a pod, which it shares with the agent. */
const ownEntries = (dir: string): string[] =>
  entriesOf(dir).filter((name) => name === ROOTS || !name.startsWith('.'));

const hasRecords = (dir: string): boolean => existsSync(dir) && ownEntries(dir).length > 0;

function neutral({ state, ...rest }: ProcessAttempt): Attempt {
  const { pod, container, attempt } = rest.ref;
  return {
    ...rest,
    id: `process://${pod}/${container}/${attempt}`,
    state: state.type === 'running' ? { type: 'running' } : state,
  };
}

import { randomInt } from 'node:crypto';
import type { Clock } from '../../../../base/clock.ts';
import { problemOf } from '../../../../base/errors.ts';
import type { Logger } from '../../../../base/log.ts';
import { readBootId } from '../../../../base/proc.ts';
import type { Attempt, ExecOutcome, PodRuntime, RuntimeEvent } from '../runtime.ts';
import type { SocketOwners } from '../sockets.ts';
import type { ContainerRef, PodNetwork } from '../spec.ts';
import { connectTo } from '../tcpstream.ts';
import { type Attempts, createAttempts } from './attempts.ts';
import { collectImages } from './collection.ts';
import type { EngineTraits } from './createrequest.ts';
import type { Engine } from './engine/engine.ts';
import type { EngineFinder } from './engine/find.ts';
import { attachTo, execIn, type Target } from './exec.ts';
import { openImageAccess } from './imageaccess.ts';
import { pullImage } from './images.ts';
import { containerName } from './labels.ts';
import { readLogs } from './logs.ts';
import { createPodNetworks, type RelayProgram } from './podnetwork.ts';
import { openPulledImages } from './pulledimages.ts';
import { openRecords } from './records.ts';
import { createSandboxes, type NetworkGuard, type NetworkPlace, podsOf } from './sandboxes.ts';
import { statsOf } from './stats.ts';
import { stopAll } from './stopall.ts';
import { readOwnLimits, ulimitsFor } from './ulimits.ts';
import { watchEnds } from './watch.ts';

export interface ContainerRuntimeOptions {
  /** The runtime's own directory. */
  readonly root: string;
  /** The address of this node, and of pods that share its network. */
  readonly hostIP: string;
  readonly engines: EngineFinder;
  /** Paths of the node that no container may get at. */
  readonly hidden: readonly string[];
  /** The directory in there below which the node keeps volumes that outlive pods; absent: it keeps none. */
  readonly keptVolumes?: string;
  /** The folder that pods name their seccomp profiles in. */
  readonly seccompProfiles: string;
  /** What listens for Services where containers are; absent: containers reach none. */
  readonly relay?: Relay;
  readonly guard?: NetworkGuard;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface ContainerRuntime extends PodRuntime {
  /** Makes room on a full disk of the engine. Returns what stands in the way; rejects when the engine fails. */
  collectImages(): Promise<string | undefined>;
  /** undefined: the pod has no network of its own here. Rejects when the engine fails. */
  placeOf(pod: string): Promise<NetworkPlace | undefined>;
}

export interface Relay {
  readonly program: RelayProgram;
  /** Pods have addresses of this network from now on. */
  readonly onNetwork: (network: PodNetwork) => void;
  /** Whether it has found its agent. */
  readonly isConnected: () => boolean;
}

/** How often it is seen to that the relay runs while there are pods. */
const RELAY_MS = 2_000;

/** Containers of an engine that speaks the Docker Engine API: Docker, or Podman. */
export function createContainerRuntime(options: ContainerRuntimeOptions): ContainerRuntime {
  const { root, hostIP, engines, clock, logger } = options;
  const listeners = new Set<(event: RuntimeEvent) => void>();
  const closing = new AbortController();
  const records = openRecords(root);
  const networks = createPodNetworks({
    records,
    program: options.relay?.program,
    traitsOf,
    onPlan: (plan) => options.relay?.onNetwork(plan),
    logger,
    random: randomInt,
  });
  const sandboxes = createSandboxes({
    records,
    hostIP,
    traitsOf,
    networks,
    ...(options.guard ? { guard: options.guard } : {}),
  });
  const pulled = openPulledImages(root);
  const access = openImageAccess(root);
  /** Pods for which the network is needed. */
  const inUse = new Set(records.pods());
  keepRelay();
  const bootId = readBootId();
  const attempts: Attempts = createAttempts({
    ...options,
    records,
    sandboxes,
    traitsOf,
    bootId,
    onMoved: (pod) => notify({ type: 'moved', pod }),
  });
  let watching: Promise<void> | undefined;

  /** The engine, whose ends of containers are followed. Rejects with what would help where there is none. */
  async function engineNow(): Promise<Engine> {
    const found = await engines.find();
    if (!found.ok) throw new Error(found.message);
    records.setEngineSocket(found.engine.socketPath);
    watching ??= watchEnds(found.engine, {
      agent: records.agent,
      clock,
      logger,
      onEnd: (pod) => notify({ type: 'exited', pod }),
      onSandboxEnd: (pod) => endStranded(found.engine, pod),
      onGap() {
        for (const pod of records.pods()) notify({ type: 'exited', pod });
      },
      signal: closing.signal,
    });
    await watching;
    return found.engine;
  }

  /** A relay that ended, with its engine or by itself, is started again. */
  function keepRelay(): void {
    const network = networks.known();
    if (network) options.relay?.onNetwork(network.plan);
    const again = () => {
      if (!closing.signal.aborted) void tendNetwork().finally(() => clock.after(RELAY_MS, again));
    };
    if (options.relay) clock.after(RELAY_MS, again);
  }

  /** Without pods there is nothing of this node with the engine. What fails is tried again in a while. Never rejects. */
  async function tendNetwork(): Promise<void> {
    if (!networks.known() || (inUse.size > 0 && options.relay?.isConnected())) return;
    try {
      const engine = await engineNow();
      if (inUse.size > 0) await networks.keep(engine);
      else await networks.remove(engine, () => inUse.size > 0);
    } catch (error) {
      logger.debug({ error: problemOf(error).message }, 'the network of pods is not as it should be');
    }
  }

  function notify(event: RuntimeEvent): void {
    for (const listener of listeners) listener(event);
  }

  function endStranded(engine: Engine, pod: string): void {
    sandboxes.endStranded(engine, pod).catch((error: unknown) => {
      logger.warn({ pod, error: problemOf(error).message }, 'what was in a network that ended still runs');
    });
  }

  /** Never rejects. */
  async function joined(
    ref: ContainerRef,
    join: (engine: Engine, target: Target) => Promise<ExecOutcome>,
  ): Promise<ExecOutcome> {
    try {
      const engine = await engineNow();
      return await join(engine, { name: ref.container, container: await attempts.find(engine, ref) });
    } catch (error) {
      return { type: 'error', message: problemOf(error).message };
    }
  }

  const runningOf = async (engine: Engine, pod: string): Promise<readonly Attempt[]> =>
    (await attempts.list(engine, pod)).filter(({ state }) => state.type === 'running');

  return {
    get version() {
      const engine = engines.known();
      return engine ? `${engine.name}://${engine.version}` : '';
    },
    sockets: OWN_SOCKETS,
    async pods() {
      const found = await engines.find();
      // An engine that does not answer now must not keep an agent from taking up what runs elsewhere.
      const living = found.ok ? await podsOf(found.engine, records.agent).catch(() => []) : [];
      return [...new Set([...records.pods(), ...living])];
    },
    async runSandbox(spec) {
      inUse.add(spec.pod);
      return sandboxes.run(await engineNow(), spec);
    },
    stopSandbox: async (pod) => sandboxes.stop(await engineNow(), pod),
    async removeSandbox(pod) {
      // Without an engine there has never been anything of a pod that is not recorded.
      if (records.pods().includes(pod) || (await engines.find()).ok)
        await sandboxes.remove(await engineNow(), pod);
      attempts.forgetPod(pod);
      await records.forgetPod(pod);
      inUse.delete(pod);
      await tendNetwork();
    },
    pullImage: async (reference, request = {}) =>
      pullImage(await engineNow(), reference, request, {
        access,
        onNew: () => pulled.add(reference, clock.now()),
      }),
    async collectImages() {
      const engine = engines.known();
      return engine && collectImages(engine, { pulled, access, now: clock.now, logger });
    },
    placeOf: async (pod) => (sandboxes.find(pod) ? sandboxes.placeOf(await engineNow(), pod) : undefined),
    environment: async () => ({}),
    start: async (spec) => attempts.start(await engineNow(), spec),
    startAgain: async (previous, count) => attempts.startAgain(await engineNow(), previous, count),
    attempts: async (pod) => attempts.list(await engineNow(), pod),
    signal: async (ref, signal) => attempts.signal(await engineNow(), ref, signal),
    forget: async (ref) => attempts.forget(await engineNow(), ref),
    async stopAll(request) {
      if (records.pods().length > 0) await stopAll(await engineNow(), records, clock, request);
    },
    exec: (ref, request) => joined(ref, (engine, target) => execIn(engine, clock, target, request)),
    attach: (ref, request) => joined(ref, (engine, target) => attachTo(engine, clock, target, request)),
    async *logs(ref, request, signal) {
      const tty = records.attempt(ref)?.spec.tty === true;
      const container = { name: containerName(records.agent, ref), tty };
      yield* readLogs(await engineNow(), clock, container, request, signal);
    },
    async portForward(pod, port, signal) {
      const sandbox = sandboxes.find(pod);
      if (!sandbox) throw new Error(`pod ${pod} has no sandbox`);
      return connectTo(sandbox.address, port, signal);
    },
    async stats(pod) {
      const engine = await engineNow();
      const running = await runningOf(engine, pod);
      const containers = await Promise.all(
        running.map(async ({ ref }) =>
          statsOf(ref.container, await engine.stats(containerName(records.agent, ref))),
        ),
      );
      return { at: clock.now(), containers };
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      closing.abort(new Error('the agent stops'));
      listeners.clear();
    },
  };
}

/** A pod has a network of its own: whatever answers at its address is its own. */
const OWN_SOCKETS: SocketOwners = {
  isProven: () => true,
  ownerOf: () => ({ type: 'own' }),
  wildcards: () => new Map(),
};

const traitsOf = ({ name }: Engine): EngineTraits => ({
  name,
  ulimits: name === 'podman' ? ulimitsFor(readOwnLimits()) : [],
});

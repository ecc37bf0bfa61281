import type { RuntimeName } from './routing.ts';
import type { PodRuntime } from './runtime.ts';
import type { SandboxSpec } from './spec.ts';

export interface PodRuntimesOptions {
  readonly runtimes: Readonly<Record<RuntimeName, PodRuntime>>;
  /** Of a pod that is new. */
  readonly route: (spec: SandboxSpec) => Promise<RuntimeName>;
  /** Why this node has no containers; undefined: it has. */
  readonly lackOfEngine: () => Promise<string | undefined>;
}

/** Several runtimes as one: each pod is run by the one that it was given to. */
export function createPodRuntimes({ runtimes, route, lackOfEngine }: PodRuntimesOptions): PodRuntime {
  const { process, container } = runtimes;
  const all = Object.values(runtimes);
  /** By uid. */
  const given = new Map<string, RuntimeName>();
  const of = (pod: string): PodRuntime => runtimes[given.get(pod) ?? 'process'];

  /** Asked for once, not for each new pod: what this agent gives it knows. */
  let left: Promise<ReadonlySet<string>> | undefined;

  function leftInContainers(): Promise<ReadonlySet<string>> {
    left ??= container.pods().then(
      (uids) => new Set(uids),
      (error: unknown) => {
        left = undefined;
        throw error;
      },
    );
    return left;
  }

  /** A pod that an earlier agent gave an address is where that agent put it. */
  async function runtimeFor(spec: SandboxSpec): Promise<RuntimeName> {
    const known = given.get(spec.pod);
    if (known) return known;
    if ((await leftInContainers()).has(spec.pod)) return 'container';
    return spec.address === undefined ? route(spec) : 'process';
  }

  return {
    get version() {
      return container.version || process.version;
    },
    sockets: {
      isProven: (endpoint) => of(endpoint.pod).sockets.isProven(endpoint),
      ownerOf: (endpoint, since) => of(endpoint.pod).sockets.ownerOf(endpoint, since),
      wildcards: () => new Map(all.flatMap((one) => [...one.sockets.wildcards()])),
    },
    async pods() {
      return [...new Set((await Promise.all(all.map((one) => one.pods()))).flat())];
    },
    async runSandbox(spec) {
      const name = await runtimeFor(spec);
      given.set(spec.pod, name);
      return runtimes[name].runSandbox(spec);
    },
    stopSandbox: (pod) => of(pod).stopSandbox(pod),
    async removeSandbox(pod) {
      const known = given.get(pod);
      // Of one that this agent does not know, either may have something.
      for (const one of known ? [runtimes[known]] : all) await one.removeSandbox(pod);
      given.delete(pod);
    },
    async pullImage(reference, options = {}) {
      const one = of(options.pod ?? '');
      const pulled = await one.pullImage(reference, options);
      if (pulled.ok || one !== process) return pulled;
      const lack = (await lackOfEngine()) ?? LATE;
      return { ...pulled, message: `${pulled.message}. To run it as a container: ${lack}` };
    },
    environment: (sandbox, asked) => of(sandbox.pod).environment(sandbox, asked),
    start: (spec) => of(spec.ref.pod).start(spec),
    startAgain: (previous, count) => of(previous.pod).startAgain(previous, count),
    attempts: (pod) => of(pod).attempts(pod),
    signal: (ref, signal) => of(ref.pod).signal(ref, signal),
    forget: (ref) => of(ref.pod).forget(ref),
    async stopAll(options) {
      await Promise.all(all.map((one) => one.stopAll(options)));
    },
    exec: (ref, request) => of(ref.pod).exec(ref, request),
    attach: (ref, request) => of(ref.pod).attach(ref, request),
    logs: (ref, options, signal) => of(ref.pod).logs(ref, options, signal),
    portForward: (pod, port, signal) => of(pod).portForward(pod, port, signal),
    stats: (pod) => of(pod).stats(pod),
    subscribe(listener) {
      const ends = all.map((one) => one.subscribe(listener));
      return () => {
        for (const end of ends) end();
      };
    },
    async close() {
      await Promise.all(all.map((one) => one.close()));
    },
  };
}

const LATE =
  'this pod was begun as processes, by its RuntimeClass or before there was a container engine: delete it, and the next one gets a container';

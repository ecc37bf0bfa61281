import { arch } from 'node:os';
import { problemOf } from '../../../../base/errors.ts';
import type { SandboxResult } from '../runtime.ts';
import type { Sandbox, SandboxSpec } from '../spec.ts';
import { type EngineTraits, sandboxRequest } from './createrequest.ts';
import type { Engine } from './engine/engine.ts';
import type { InspectedContainer } from './engine/types.ts';
import { ofPod, ownedBy, podOf, refOf, sandboxName } from './labels.ts';
import { nameFiles } from './namefiles.ts';
import type { NetworkPlan } from './networkplan.ts';
import { ensurePauseImage } from './pauseimage.ts';
import type { PodNetworks } from './podnetwork.ts';
import type { Records } from './records.ts';
import { removeAll } from './removal.ts';

export interface SandboxesOptions {
  readonly records: Records;
  /** The address of this node, and of pods that share its network. */
  readonly hostIP: string;
  readonly traitsOf: (engine: Engine) => EngineTraits;
  readonly networks: PodNetworks;
  readonly guard?: NetworkGuard;
}

/** Where the network of a pod is seen: a directory of /proc, by its name there. */
export interface NetworkPlace {
  readonly proc: string;
  readonly address: string;
}

/** Called with the new network of a pod, before anything is started in it. Where it rejects, nothing is. */
export type NetworkGuard = (pod: string, place: NetworkPlace) => Promise<void>;

/** A pod is a container that does nothing but hold a network, which the pod's containers join. */
export interface Sandboxes {
  /** Idempotent. Rejects when the engine fails. */
  run(engine: Engine, spec: SandboxSpec): Promise<SandboxResult>;
  find(pod: string): Sandbox | undefined;
  /** A sandbox as it runs; one that has ended is started again, and may have another address then. `id` is the engine's. */
  running(
    engine: Engine,
    sandbox: Sandbox,
  ): Promise<{ readonly id: string; readonly address: string | undefined }>;
  /**
   * Kills the containers of a pod whose sandbox has ended: its network is reached by nobody, so they are started again in the next one
   * (kubelet `podSandboxChanged`).
   */
  endStranded(engine: Engine, pod: string): Promise<void>;
  /** undefined: it is no pod of containers with a network of its own, or that has ended. */
  placeOf(engine: Engine, pod: string): Promise<NetworkPlace | undefined>;
  /** Ends the network of a pod of which nothing runs; its containers stay as they are. */
  stop(engine: Engine, pod: string): Promise<void>;
  /** Everything of a pod, its sandbox last. */
  remove(engine: Engine, pod: string): Promise<void>;
}

export function createSandboxes(options: SandboxesOptions): Sandboxes {
  const { records, hostIP, traitsOf, networks, guard } = options;
  const known = new Map<string, Sandbox>();
  /** Of each pod one at a time: two would use one name, and what is still being made would outlive its pod. */
  const starting = new Map<string, Promise<InspectedContainer>>();

  async function make(engine: Engine, spec: SandboxSpec): Promise<SandboxResult> {
    const kept = spec.isOver ? records.sandbox(spec.pod) : undefined;
    if (kept) return { ok: true, sandbox: kept };
    if (spec.ownUsers) return { ok: false, message: OWN_USERS };
    const container = await started(engine, spec);
    const address = addressIn(container, spec);
    if (!address) return { ok: false, message: `the engine gave pod ${spec.name} no address` };
    const network = networkIn(container, spec);
    const sandbox: Sandbox = { ...spec, address, fileOwner: 'containers', ...(network ? { network } : {}) };
    records.writeNames(spec.pod, nameFiles(sandbox));
    records.writeSandbox(sandbox);
    known.set(spec.pod, sandbox);
    return { ok: true, sandbox };
  }

  const addressIn = (container: InspectedContainer, { hostNetwork }: SandboxSpec): string | undefined =>
    hostNetwork ? hostIP : addressOf(container);

  /** A sandbox that an earlier release has made is in another network. */
  function networkIn({ NetworkSettings }: InspectedContainer, spec: SandboxSpec): NetworkPlan | undefined {
    const own = networks.known();
    const isInside = spec.hostNetwork
      ? seesServices(spec)
      : own && own.name in (NetworkSettings.Networks ?? {});
    return own && isInside ? own.plan : undefined;
  }

  function started(engine: Engine, spec: SandboxSpec): Promise<InspectedContainer> {
    const before = starting.get(spec.pod);
    if (before) return before;
    const begun = startOrMake(engine, spec).finally(() => starting.delete(spec.pod));
    starting.set(spec.pod, begun);
    return begun;
  }

  async function startOrMake(engine: Engine, spec: SandboxSpec): Promise<InspectedContainer> {
    const name = sandboxName(records.agent, spec.pod);
    const before = await engine.inspect(name);
    if (before?.State.Status === 'running') return before;
    // Before another network is there: later nobody could tell who is in which.
    if (find(spec.pod)) await endStranded(engine, spec.pod);
    const network = seesServices(spec) ? await networks.ensure(engine) : undefined;
    if (!before) {
      const image = await ensurePauseImage(engine, arch());
      await engine.create(name, sandboxRequest(records.agent, spec, image, traitsOf(engine), network?.name));
    }
    await engine.start(name);
    const now = await engine.inspect(name);
    if (now?.State.Status === 'running') {
      await guarded(engine, now, spec);
      return now;
    }
    throw new Error(`the sandbox of pod ${spec.name} does not stay up`);
  }

  async function guarded(engine: Engine, container: InspectedContainer, spec: SandboxSpec): Promise<void> {
    const place = placeIn(container);
    if (!guard || !place || spec.hostNetwork) return;
    try {
      await guard(spec.pod, place);
    } catch (error) {
      await engine.kill(sandboxName(records.agent, spec.pod), 'SIGKILL').catch(() => undefined);
      throw new Error(`network policies of pod ${spec.name} cannot be set: ${problemOf(error).message}`);
    }
  }

  const find = (pod: string): Sandbox | undefined => known.get(pod) ?? records.sandbox(pod);

  async function endStranded(engine: Engine, pod: string): Promise<void> {
    const all = await engine.list([ownedBy(records.agent), ofPod(pod)]);
    const stranded = all.filter(({ Labels }) => refOf(Labels) !== undefined);
    await Promise.all(stranded.map(({ Id }) => engine.kill(Id, 'SIGKILL')));
  }

  return {
    run: make,
    endStranded,
    find,
    async running(engine, sandbox) {
      const container = await started(engine, sandbox);
      return { id: container.Id, address: addressIn(container, sandbox) };
    },
    async placeOf(engine, pod) {
      if (find(pod)?.hostNetwork !== false) return undefined;
      const container = await engine.inspect(sandboxName(records.agent, pod));
      return container?.State.Status === 'running' ? placeIn(container) : undefined;
    },
    async stop(engine, pod) {
      await starting.get(pod)?.catch(() => undefined);
      await engine.kill(sandboxName(records.agent, pod), 'SIGKILL');
    },
    async remove(engine, pod) {
      await starting.get(pod)?.catch(() => undefined);
      await removeAll(engine, [ownedBy(records.agent), ofPod(pod)]);
      known.delete(pod);
    },
  };
}

/** Whoever asks for it counts on root in the container being nobody on the node, and is allowed more for it (Pod Security). */
const OWN_USERS = 'this node has no user namespaces for pods: leave `hostUsers: false` out';
/** From the network of the node the one of the pods is reached too; a pod there has to ask for the names of the cluster. */
const seesServices = ({ hostNetwork, names }: SandboxSpec): boolean =>
  !hostNetwork || names?.policy === 'cluster';

function placeIn(container: InspectedContainer): NetworkPlace | undefined {
  const { Pid } = container.State;
  const address = addressOf(container);
  return Pid && address ? { proc: String(Pid), address } : undefined;
}

/** Docker's default network, or Podman's, which has another name. */
const addressOf = ({ NetworkSettings }: InspectedContainer): string | undefined =>
  NetworkSettings.IPAddress ||
  Object.values(NetworkSettings.Networks ?? {}).find(({ IPAddress }) => IPAddress)?.IPAddress;

/** uids of all pods of which the engine has a container. */
export async function podsOf(engine: Engine, agent: string): Promise<readonly string[]> {
  const all = await engine.list([ownedBy(agent)]);
  return [...new Set(all.flatMap(({ Labels }) => podOf(Labels) ?? []))];
}

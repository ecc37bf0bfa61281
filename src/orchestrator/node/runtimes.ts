/** The runtimes of a node, made into one. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Clock, systemClock } from '../../base/clock.ts';
import type { Confinement } from '../../base/confinement.ts';
import { type Logger, silentLogger } from '../../base/log.ts';
import { unmountBelow } from '../../base/mounts.ts';
import { createContainerRuntime, type Relay } from './runtime/container/containerruntime.ts';
import { createEngineFinder, type FoundEngine } from './runtime/container/engine/find.ts';
import type { NetworkGuard, NetworkPlace } from './runtime/container/sandboxes.ts';
import { removeRecorded, stopRecorded as stopContainers } from './runtime/container/stopall.ts';
import { createPodRuntimes } from './runtime/podruntimes.ts';
import { confinePods } from './runtime/process/confinement/pods.ts';
import { createImageOrigin, type ImageOriginOptions } from './runtime/process/images/origin.ts';
import { openImageStore } from './runtime/process/images/store.ts';
import { findHierarchies, type Hierarchies } from './runtime/process/limits/hierarchies.ts';
import { createLimits } from './runtime/process/limits/limits.ts';
import { createProcessRuntime } from './runtime/process/processruntime.ts';
import { stopRecorded as stopProcesses } from './runtime/process/stopall.ts';
import { runtimeOf } from './runtime/routing.ts';
import type { PodRuntime, StopAllOptions } from './runtime/runtime.ts';

export interface NodeRuntimeOptions {
  /** Everything that the node keeps. */
  readonly dir: string;
  readonly podCidr: string;
  readonly hostIP: string;
  readonly imageStoreDir: string;
  /** The machine that has the images of processes, where this one is another; absent: they are here or nowhere. */
  readonly imageOrigin?: ImageOriginOptions;
  readonly confinement?: Confinement;
  readonly hostEnvironment: Readonly<Record<string, string>>;
  /** Paths of sockets on which a container engine may answer; absent: this node has none. */
  readonly engineSockets?: readonly string[];
  /** What listens for Services where containers are; absent: containers reach none. */
  readonly relay?: Relay;
  readonly guard?: NetworkGuard;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface NodeRuntime {
  readonly runtime: PodRuntime;
  findEngine(): Promise<FoundEngine>;
  /** Makes room on a full disk of the engine. Returns what stands in the way; rejects when the engine fails. */
  collectImages(): Promise<string | undefined>;
  /** Where the network of a pod of containers is seen; undefined: it has none of its own. Rejects when the engine fails. */
  placeOf(pod: string): Promise<NetworkPlace | undefined>;
}

export const podsDir = (dir: string): string => join(dir, 'pods');
/** Below it is a directory for each volume that outlives pods. */
export const keptDir = (dir: string): string => join(dir, 'volumes');
const containersDir = (dir: string): string => join(dir, 'containers');

export function createNodeRuntime(options: NodeRuntimeOptions): NodeRuntime {
  const { dir, podCidr, hostIP, hostEnvironment, clock, logger } = options;
  const images = openImageStore(options.imageStoreDir, { clock, logger });
  const origin = options.imageOrigin && createImageOrigin(options.imageOrigin);
  const isKnown = async (reference: string) =>
    images.resolve(reference).type !== 'missing' || (await origin?.digestOf(reference)) !== undefined;
  const bring =
    origin &&
    (async (reference: string) => {
      const digest = await origin.digestOf(reference);
      const here = images.resolve(reference);
      if (digest === undefined || (here.type === 'directory' && here.digest === digest)) return;
      await images.receive(reference, digest, (into) => origin.fetch(digest, into));
    });
  const engines = createEngineFinder({ sockets: options.engineSockets ?? [], clock });
  const process = createProcessRuntime({
    root: podsDir(dir),
    keptVolumes: keptDir(dir),
    podCidr,
    hostIP,
    images,
    ...(bring ? { bring } : {}),
    confinement: confinePods(options.confinement ?? { type: 'none', reason: '' }, join(dir, 'users.json')),
    limits: createLimits({ name: groupName(dir), hierarchies: ownHierarchies(), logger }),
    hostEnvironment,
    clock,
    logger,
  });
  const container = createContainerRuntime({
    root: containersDir(dir),
    hostIP,
    engines,
    // Keys, tokens and the store lie beside what the node keeps.
    hidden: [dirname(dir)],
    keptVolumes: keptDir(dir),
    seccompProfiles: join(dir, 'seccomp'),
    ...(options.relay ? { relay: options.relay } : {}),
    ...(options.guard ? { guard: options.guard } : {}),
    clock,
    logger,
  });
  const runtime = createPodRuntimes({
    runtimes: { process, container },
    async route({ images: references, runtimeClass }) {
      const wanted = runtimeOf({
        ...(runtimeClass === undefined ? {} : { runtimeClass }),
        // The class may decide without them, and on a joined node each question is a connection.
        imagesAreLocal: runtimeClass === 'process' ? [] : await Promise.all(references.map(isKnown)),
      });
      // Without an engine the process runtime says of each image what would make it available.
      return wanted === 'container' && (await engines.find()).ok ? 'container' : 'process';
    },
    async lackOfEngine() {
      const found = await engines.find();
      return found.ok ? undefined : found.message;
    },
  });
  return {
    runtime,
    findEngine: engines.find,
    collectImages: container.collectImages,
    placeOf: container.placeOf,
  };
}

/** Each node directory of a machine has its own group. */
const groupName = (dir: string): string =>
  `pilotage-${createHash('sha256').update(dir).digest('hex').slice(0, 12)}`;

/** undefined: not on Linux, or without control groups. */
function ownHierarchies(): Hierarchies | undefined {
  try {
    return findHierarchies(
      readFileSync('/proc/self/mounts', 'utf8'),
      readFileSync('/proc/self/cgroup', 'utf8'),
    );
  } catch {
    return undefined;
  }
}

interface StopOptions extends StopAllOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** The containers are removed too: the directory is about to go. */
  readonly forGood: boolean;
}

/**
 * Ends everything that runs of the pods of the node whose directory this is. Its agent must not run. Rejects when an engine with containers
 * does not answer.
 */
export async function stopAllPods(
  dir: string,
  {
    clock = systemClock,
    logger = silentLogger,
    graceMs = 5_000,
    forGood,
    ...rest
  }: Partial<StopOptions> = {},
): Promise<void> {
  const options = { clock, logger, graceMs, ...rest };
  const root = containersDir(dir);
  await Promise.all([
    stopProcesses({ root: podsDir(dir), ...options }),
    stopContainers({ root, ...options }),
  ]);
  // Volumes in memory end with the node, as with a machine.
  await unmountBelow(podsDir(dir));
  if (forGood) await removeRecorded(root, clock);
}

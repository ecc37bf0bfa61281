import { randomInt, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { ProblemError } from '../base/errors.ts';
import { lockName, type Unlock } from '../base/namelock.ts';
import { readState, writeState } from '../base/statefile.ts';

/** What makes one Pilotage different from another, chosen at its first start and never changed. */
export interface Instance {
  /** Part of every tracking annotation: two Pilotages never prune each other's objects. */
  readonly uid: string;
  readonly nodeName: string;
  /** Pods get an address of their own from 127.P.0.0/16, services from 127.(P+128).0.0/16; P from 1 to 126. */
  readonly podCidr: string;
  readonly serviceCidr: string;
}

export interface InstanceOptions {
  readonly dataDir: string;
  readonly hostname: string;
  /** A lasting instance takes from the lower half, an ephemeral one from the upper, so that a demo never takes the slice of an instance that is down. */
  readonly ephemeral: boolean;
  /** Of whole numbers from 0 to below n. */
  readonly random?: (n: number) => number;
}

export interface OpenedInstance {
  readonly instance: Instance;
  /** Releases the daemon's lock on the slice; undefined: another Pilotage has it. */
  readonly release: Unlock | undefined;
}

const HALF = 63;

/** Its record: whoever has one has a control plane of its own. */
export const instancePath = (dataDir: string): string => join(dataDir, 'instance.json');

/**
 * Loopback is shared by everything on the machine, so each instance has a slice of it. The daemon and the agent lock it each for
 * themselves, because either may live without the other. A first start takes a slice that is not locked.
 */
export async function openInstance(options: InstanceOptions): Promise<OpenedInstance> {
  const path = instancePath(options.dataDir);
  const known = await readState<Instance>(path);
  if (known) return { instance: known, release: await lockSlice(known.podCidr, 'daemon') };
  const { podCidr, serviceCidr, release } = await takeFreeSlice(options);
  const instance: Instance = {
    uid: randomUUID(),
    nodeName: nodeNameOf(options.hostname),
    podCidr,
    serviceCidr,
  };
  await writeState(path, instance);
  return { instance, release };
}

/** Locked for as long as the holder lives; undefined while another has the lock. */
export const lockSlice = (podCidr: string, holder: 'daemon' | 'agent'): Promise<Unlock | undefined> =>
  lockName(`pilotage ${podCidr} ${holder}`);

/** Services have the addresses that are as far into the upper half of the loopback network. */
export const serviceCidrOf = (podCidr: string): string =>
  podCidr.replace(/^127\.(\d+)/, (_, slice: string) => `127.${Number(slice) + 128}`);

async function takeFreeSlice({ ephemeral, random = randomInt }: InstanceOptions) {
  const start = random(HALF);
  for (let i = 0; i < HALF; i++) {
    const slice = 1 + ((start + i) % HALF) + (ephemeral ? HALF : 0);
    const podCidr = `127.${slice}.0.0/16`;
    const release = await lockUnused(podCidr);
    if (release) return { podCidr, serviceCidr: serviceCidrOf(podCidr), release };
  }
  throw new ProblemError({
    reason: 'NoAddresses',
    message: `No range of loopback addresses is free: ${HALF} other Pilotages run on this machine.`,
    remedy: 'End one of them: pilotage down --data-dir DIR.',
  });
}

/** The daemon's lock of a slice that neither a daemon nor an agent uses: an agent goes on while its daemon is down. */
async function lockUnused(podCidr: string): Promise<Unlock | undefined> {
  const release = await lockSlice(podCidr, 'daemon');
  if (!release) return undefined;
  const agent = await lockSlice(podCidr, 'agent');
  agent?.();
  if (agent) return release;
  release();
  return undefined;
}

/** Whether nothing on this machine uses the slice. */
export async function isUnused(podCidr: string): Promise<boolean> {
  const release = await lockUnused(podCidr);
  release?.();
  return release !== undefined;
}

/** A slice for the pods of a node that joins: unused on this machine, and none of `taken`, which other nodes of its cluster have. */
export async function unusedSlice(taken: readonly string[]): Promise<string> {
  const start = randomInt(HALF);
  for (let i = 0; i < 2 * HALF; i++) {
    const podCidr = `127.${1 + ((start + i) % (2 * HALF))}.0.0/16`;
    if (!taken.includes(podCidr) && (await isUnused(podCidr))) return podCidr;
  }
  throw new ProblemError({
    reason: 'NoAddresses',
    message: `No range of loopback addresses is free for the pods of this node: a cluster and a machine have ${2 * HALF} of them.`,
    remedy: 'Remove nodes that are gone: kubectl delete node NAME.',
  });
}

/** Why an instance cannot start while another serves its slice: they would give the same address to two pods. */
export const sliceInUse = (podCidr: string): ProblemError =>
  new ProblemError({
    reason: 'AddressesInUse',
    message: `Another Pilotage on this machine uses the addresses of this one (${podCidr}).`,
    remedy:
      'End the other one (pilotage down --data-dir DIR), or run this one in a network namespace of its own.',
  });

const NODE_PORTS = { first: 30_000, last: 32_767 };
/** 126 slices of so many fit the range. */
const OWN_NODE_PORTS = 21;

/** Node ports are shared with the machine too: each slice has some of its own, which are given out before any other. */
export function nodePortsOf(podCidr: string) {
  const slice = Number(podCidr.split('.')[1]);
  const first = NODE_PORTS.first + (slice - 1) * OWN_NODE_PORTS;
  return { ...NODE_PORTS, own: { first, last: first + OWN_NODE_PORTS - 1 } };
}

/** A host name as a valid node name (RFC 1123 subdomain). */
export function nodeNameOf(hostname: string): string {
  const name = hostname
    .toLowerCase()
    .replace(/[^a-z0-9.-]+/g, '-')
    // Each part between dots begins and ends with a letter or digit.
    .replace(/-*\.[-.]*/g, '.')
    .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, '');
  return name.slice(0, 63).replace(/[^a-z0-9]+$/, '') || 'node';
}

export interface Ports {
  readonly http: number;
  /** Absent where no API is served here. */
  readonly api?: number;
  /** Absent where nothing is carried from outside. */
  readonly ingress?: { readonly http: number; readonly https: number };
}

const portsPath = (dataDir: string): string => join(dataDir, 'ports.json');
export const readPorts = (dataDir: string): Promise<Ports | undefined> =>
  readState<Ports>(portsPath(dataDir));
export const writePorts = (dataDir: string, ports: Ports): Promise<void> =>
  writeState(portsPath(dataDir), ports);

/** A port that was asked for by number wins; otherwise the one chosen before, so that kubeconfigs and git remotes stay valid. */
export function portToUse(
  asked: { readonly port: number; readonly given: boolean },
  kept: number | undefined,
): number {
  if (asked.given && asked.port !== 0) return asked.port;
  return kept ?? asked.port;
}

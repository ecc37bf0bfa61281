import { randomInt, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { readState, writeState } from '../base/statefile.ts';

/** What makes one Pilotage different from another, chosen at its first start and kept for ever. */
export interface Instance {
  /** Part of every tracking annotation: two Pilotages never prune each other's objects. */
  readonly uid: string;
  readonly nodeName: string;
  /** Pods get an address of their own from 127.P.0.0/16, services from 127.(P+128).0.0/16; P from 1 to 126. */
  readonly podCidr: string;
  readonly serviceCidr: string;
}

/**
 * Loopback is shared by everything on the machine, so each instance takes a slice at random:
 * two on one machine (a demo beside a lasting one) collide once in 126 times at most, and then a bind fails by name.
 */
export async function openInstance(dataDir: string, hostname: string): Promise<Instance> {
  const path = join(dataDir, 'instance.json');
  const known = await readState<Instance>(path);
  if (known) return known;
  const slice = randomInt(1, 127);
  const instance: Instance = {
    uid: randomUUID(),
    nodeName: nodeNameOf(hostname),
    podCidr: `127.${slice}.0.0/16`,
    serviceCidr: `127.${slice + 128}.0.0/16`,
  };
  await writeState(path, instance);
  return instance;
}

/** A host name as a valid node name (RFC 1123 subdomain). */
export function nodeNameOf(hostname: string): string {
  const name = hostname
    .toLowerCase()
    .replace(/[^a-z0-9.-]+/g, '-')
    .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, '');
  return name.slice(0, 63).replace(/[^a-z0-9]+$/, '') || 'node';
}

export interface Ports {
  readonly http: number;
  readonly api: number;
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

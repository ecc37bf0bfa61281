import type { SandboxResult } from '../runtime.ts';
import type { Sandbox, SandboxSpec } from '../spec.ts';
import { nextAddress } from './addresses.ts';

export interface SandboxesOptions {
  /** Range of addresses of the loopback network: `127.201.0.0/16`. */
  readonly podCidr: string;
  /** The address of pods that share the network of their node. */
  readonly hostIP: string;
  readonly fileOwnerOf: (namespace: string) => number | undefined;
}

/** A pod is an address of the loopback network and a name: nothing of it outlives the agent but what the agent records. */
export interface Sandboxes {
  run(spec: SandboxSpec): SandboxResult;
  find(pod: string): Sandbox | undefined;
  list(): readonly Sandbox[];
  remove(pod: string): void;
}

export function createSandboxes({ podCidr, hostIP, fileOwnerOf }: SandboxesOptions): Sandboxes {
  const sandboxes = new Map<string, Sandbox>();
  let last: string | undefined;

  function choose(spec: SandboxSpec): string | undefined {
    if (spec.hostNetwork) return hostIP;
    const taken = new Set([...sandboxes.values()].map(({ address }) => address));
    const address = spec.address ?? nextAddress(podCidr, taken, last);
    last = address ?? last;
    return address;
  }

  return {
    run(spec) {
      const known = sandboxes.get(spec.pod);
      if (known) return { ok: true, sandbox: known };
      const address = choose(spec);
      if (address === undefined) return { ok: false, message: `no address of ${podCidr} is free` };
      const fileOwner = fileOwnerOf(spec.namespace);
      const sandbox = { ...spec, address, ...(fileOwner === undefined ? {} : { fileOwner }) };
      sandboxes.set(spec.pod, sandbox);
      return { ok: true, sandbox };
    },
    find: (pod) => sandboxes.get(pod),
    list: () => [...sandboxes.values()],
    remove: (pod) => void sandboxes.delete(pod),
  };
}

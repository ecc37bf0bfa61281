import type { Clock } from '../../../../base/clock.ts';
import {
  allProcesses,
  commandNameOf,
  type Descriptor,
  descendants,
  socketAt,
  socketsOf,
} from '../../../../base/proc.ts';
import type { ContainerKey, PodEndpoint, SocketOwner, SocketOwners, WildcardListener } from '../sockets.ts';
import { containerOf } from './containerof.ts';
import { answering, type Listening, readListening } from './sockets.ts';

/** A container that runs: the process that leads its group, and how its pod is called. */
export interface RunningContainer extends ContainerKey {
  readonly pid: number;
  /** `shop-dev/web-abc`. */
  readonly podName: string;
}

export interface SocketOwnersOptions {
  readonly clock: Clock;
  readonly podsDir: string;
  readonly running: () => readonly RunningContainer[];
  /** A pod was found to answer for its own address by a socket on every address. */
  readonly onWildcard: (pod: string) => void;
}

/** So old may the table of sockets be when many ask at once. */
const FRESH_MS = 100;
/** A socket whose process was not found is not searched for again so soon: the search reads every process. */
const UNFOUND_MS = 2_000;

interface Holder extends Descriptor {
  readonly root: ContainerKey | undefined;
}

export function createSocketOwners({
  clock,
  podsDir,
  running,
  onWildcard,
}: SocketOwnersOptions): SocketOwners {
  /** By inode. What is written here is proved again by one readlink before it is used. */
  const holders = new Map<string, Holder>();
  const unfound = new Map<string, number>();
  const proofs = new Map<string, Descriptor & { readonly inode: string }>();
  let table: { readonly at: number; readonly sockets: readonly Listening[] | undefined } | undefined;

  const keyOf = ({ pod, host, port, protocol }: PodEndpoint): string =>
    `${pod} ${host}:${port} ${protocol ?? 'TCP'}`;

  function listening(since = clock.monotonic() - FRESH_MS): readonly Listening[] | undefined {
    if (!table || table.at < since) {
      table = { at: clock.monotonic(), sockets: readListening() };
      const alive = new Set(table.sockets?.map(({ inode }) => inode));
      for (const inode of holders.keys()) if (!alive.has(inode)) holders.delete(inode);
      for (const inode of unfound.keys()) if (!alive.has(inode)) unfound.delete(inode);
      for (const [key, { inode }] of proofs) if (!alive.has(inode)) proofs.delete(key);
    }
    return table.sockets;
  }

  function knownHolder(inode: string): Holder | undefined {
    const holder = holders.get(inode);
    if (!holder || socketAt(holder) !== inode) return undefined;
    // The container may have been started after its socket was seen first.
    return holder.root ? holder : { ...holder, root: containerOf(holder.pid, rootsNow(), podsDir) };
  }

  const rootsNow = () => new Map(running().map((one) => [one.pid, one]));

  /** Among the processes of the containers of one pod first, which are few; then among all of the machine. */
  function find(inodes: readonly string[], pod?: string): void {
    const containers = running();
    const wanted = () => inodes.filter((inode) => !knownHolder(inode));
    for (const one of containers) {
      if (one.pod !== pod) continue;
      for (const pid of descendants(one.pid)) note(pid, wanted(), () => one);
    }
    const missing = wanted().filter(
      (inode) => clock.monotonic() - (unfound.get(inode) ?? -UNFOUND_MS) >= UNFOUND_MS,
    );
    if (missing.length === 0) return;
    const roots = rootsNow();
    for (const pid of allProcesses()) note(pid, missing, () => containerOf(pid, roots, podsDir));
    for (const inode of missing) if (!holders.has(inode)) unfound.set(inode, clock.monotonic());
  }

  function note(pid: number, inodes: readonly string[], rootOf: () => ContainerKey | undefined): void {
    if (inodes.length === 0) return;
    const sockets = socketsOf(pid);
    for (const inode of inodes) {
      const descriptor = sockets?.get(inode);
      // A socket that a container shares with others is the container's.
      if (descriptor && !holders.get(inode)?.root) holders.set(inode, { ...descriptor, root: rootOf() });
    }
  }

  const isProven = (endpoint: PodEndpoint): boolean => {
    const proof = proofs.get(keyOf(endpoint));
    return proof !== undefined && socketAt(proof) === proof.inode;
  };

  function ownerOf(endpoint: PodEndpoint, since?: number): SocketOwner {
    if (isProven(endpoint)) return { type: 'own' };
    const sockets = listening(since);
    // A system that does not tell whose sockets answer is one without pods that meet each other there.
    if (!sockets) return { type: 'own' };
    const candidates = answering(sockets, endpoint.host, endpoint.port, endpoint.protocol);
    if (candidates.length === 0) return { type: 'nobody' };
    find(
      candidates.map(({ inode }) => inode),
      endpoint.pod,
    );
    for (const socket of candidates) {
      const holder = knownHolder(socket.inode);
      if (holder?.root?.pod === endpoint.pod) continue;
      if (!holder && isHidden(endpoint.pod)) return hidden(endpoint, socket);
      if (!holder && !isThere(socket)) return { type: 'nobody' };
      const message = `port ${endpoint.port} is answered by ${describe(holder, socket)}`;
      return { type: 'other', message, ...(socket.wildcard && holder?.root ? { by: holder.root } : {}) };
    }
    const [first] = candidates;
    const holder = first && knownHolder(first.inode);
    if (!first || !holder) return { type: 'nobody' };
    if (first.wildcard) {
      // Clients that send datagrams have such sockets too.
      if (!endpoint.protocol) onWildcard(endpoint.pod);
      return { type: 'own wildcard' };
    }
    proofs.set(keyOf(endpoint), { pid: holder.pid, fd: holder.fd, inode: first.inode });
    return { type: 'own' };
  }

  /** It may have been closed while its process was searched for. */
  const isThere = ({ inode }: Listening): boolean =>
    listening(clock.monotonic())?.some((one) => one.inode === inode) ?? false;

  const isHidden = (pod: string): boolean =>
    running().some(
      (one) => one.pod === pod && descendants(one.pid).some((pid) => socketsOf(pid) === undefined),
    );

  function hidden({ port }: PodEndpoint, { wildcard }: Listening): SocketOwner {
    const where = wildcard ? 'on every address' : 'on its address';
    const message = `whether port ${port} is answered by this pod is not known: something listens there ${where}, and what the processes of the pod have open cannot be read`;
    return { type: 'unknown', message };
  }

  function describe(holder: Holder | undefined, { wildcard }: Listening): string {
    const where = wildcard ? 'which listens on every address' : 'which listens on the address of this pod';
    const { root } = holder ?? {};
    const name = root && running().find(({ pod }) => pod === root.pod)?.podName;
    if (name) return `pod ${name}, ${where}`;
    return holder
      ? `process ${holder.pid} (${commandNameOf(holder.pid)}), ${where}`
      : `a process of another user, ${where}`;
  }

  return {
    isProven,
    ownerOf,
    wildcards() {
      const wild = (listening(clock.monotonic()) ?? []).filter((one) => one.wildcard && !one.protocol);
      find(wild.map(({ inode }) => inode));
      const found = new Map<string, WildcardListener[]>();
      for (const { inode, port } of wild) {
        const root = knownHolder(inode)?.root;
        if (!root) continue;
        const known = found.get(root.pod) ?? [];
        const isKnown = known.some((one) => one.container === root.container && one.port === port);
        if (!isKnown) found.set(root.pod, [...known, { container: root.container, port }]);
      }
      return found;
    },
  };
}

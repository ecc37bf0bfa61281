import { onAbort } from '../../../base/abort.ts';
import { type Clock, sleep } from '../../../base/clock.ts';
import { problemOf } from '../../../base/errors.ts';
import { isInRange } from '../../../base/ipv4range.ts';
import type { Logger } from '../../../base/log.ts';
import type { KubeClient } from '../../../kube/client/client.ts';
import type { EventRecorder } from '../../../kube/client/events.ts';
import type { ContainerRanges } from '../relay/ranges.ts';
import { isLoopback } from '../relay/ranges.ts';
import type { Backend } from '../route.ts';
import { isAllowed } from './allowed.ts';
import { compilePolicies, NO_POLICIES, type PolicySet } from './compile.ts';
import { createEnforcer } from './enforcer.ts';
import { findingsOf } from './findings.ts';
import { createNft, type Nft } from './nft.ts';
import type { PodPlace } from './place.ts';
import { followWorld } from './world.ts';

export interface PoliciesOptions {
  readonly client: KubeClient;
  readonly events: Pick<EventRecorder, 'record'>;
  readonly nodeName: string;
  /** Of pods of processes. */
  readonly podCidr: string;
  /** Of this node. */
  readonly ownPods: () => readonly { readonly uid: string; readonly address: string }[];
  readonly placeOf: (pod: string) => Promise<PodPlace | undefined>;
  /** Of containers; absent: they have no relay. */
  readonly ranges: () => ContainerRanges | undefined;
  /** What an earlier agent knew, until the API answers. */
  readonly load: () => PolicySet | undefined;
  readonly save: (policies: PolicySet) => void;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly nft?: Nft;
}

/** NetworkPolicies, held to by rules in the networks of containers, and by the agent where it connects them. */
export interface Policies {
  start(signal: AbortSignal): void;
  /** Before the first container of a pod starts in its new network. Rejects when the pod would run without its rules. */
  guard(pod: string, place: PodPlace): Promise<void>;
  /** Whether a client in the network of containers may be connected to a pod. */
  allows(client: string, backend: Backend): boolean;
  /** Why containers are not held to policies; undefined: they are. */
  lack(): Promise<string | undefined>;
}

const SETTLE_MS = 50;
const AGAIN_MS = 5_000;
/** How long a new pod waits until the API has told of it. */
const PATIENCE_MS = 3_000;

export function createPolicies(options: PoliciesOptions): Policies {
  const { client, events, nodeName, podCidr, ownPods, placeOf, ranges, save, clock } = options;
  const logger = options.logger.child({ part: 'network policies' });
  const nft = options.nft ?? createNft(clock);
  const world = followWorld({ client, clock, logger, onChange: refreshSoon });
  const enforcer = createEnforcer({
    nft,
    rulesOf: (pod) => (Object.hasOwn(policies.rules, pod) ? (policies.rules[pod] ?? {}) : {}),
    placeOf,
    relay() {
      const now = ranges();
      return now && { address: now.relay, ranges: [now.processes, now.services] };
    },
    logger,
  });
  const said = new Set<string>();
  let policies: PolicySet = options.load() ?? NO_POLICIES;
  let isDue = false;
  let isOver = false;
  let cancelAgain = (): void => {};

  /** What changes together is looked at together. */
  function refreshSoon(): void {
    if (isDue) return;
    isDue = true;
    clock.after(SETTLE_MS, () => {
      isDue = false;
      if (!isOver) void refresh();
    });
  }

  /** The latest alone: each of several would go on by itself. */
  function refreshLater(): void {
    cancelAgain();
    cancelAgain = clock.after(AGAIN_MS, refreshSoon);
  }

  function compile(): boolean {
    const now = world.now();
    if (!now) return false;
    policies = compilePolicies(now.policies, now.pods, now.namespaces, nodeName);
    save(policies);
    return true;
  }

  async function refresh(): Promise<void> {
    try {
      if (!compile()) return;
      const lack = await nft.lack();
      tell(lack);
      if (lack !== undefined) return refreshLater();
      const failed = await enforcer.follow(ownPods().map(({ uid }) => uid));
      for (const [pod, error] of failed)
        logger.warn({ pod, error }, 'the network policies of a pod are not set');
      if (failed.size > 0) refreshLater();
    } catch (error) {
      logger.error({ error: problemOf(error).message }, 'network policies cannot be applied');
    }
  }

  /** Once for each policy and sentence, while it holds. */
  function tell(lack: string | undefined): void {
    const now = world.now();
    const found = now ? findingsOf(now, nodeName, lack) : [];
    const keys = found.map(({ policy, message }) => `${policy.metadata.uid} ${message}`);
    for (const key of said) if (!keys.includes(key)) said.delete(key);
    found.forEach(({ policy, message }, i) => {
      const key = keys[i] ?? '';
      if (!said.has(key)) events.record(policy, 'Warning', 'NotEnforced', message);
      said.add(key);
    });
  }

  /** Resolves when the API has told of the pod, or there are no policies, or it takes too long: then what was known counts. */
  async function heardOf(pod: string): Promise<void> {
    const deadline = clock.monotonic() + PATIENCE_MS;
    const isHeard = () => {
      const now = world.now();
      return now && (now.policies.length === 0 || now.pods.some(({ metadata }) => metadata.uid === pod));
    };
    while (!isHeard() && clock.monotonic() < deadline && !isOver) await sleep(clock, SETTLE_MS);
    compile();
  }

  /** What is no pod, where the node listens for its own sake: nothing keeps a pod from its node. */
  const isNode = ({ host, elsewhere }: Backend): boolean =>
    !elsewhere && isLoopback(host) && !isInRange(host, podCidr);

  /** Of pods that the node has not taken up yet, what an earlier agent has kept. */
  const podAt = (wanted: string): string | undefined =>
    ownPods().find(({ address }) => address === wanted)?.uid ??
    (Object.hasOwn(policies.addresses, wanted) ? policies.addresses[wanted] : undefined);

  /** Whoever writes an EndpointSlice may say that an address is of any pod. Of one on another machine, that pod alone is asked for there. */
  const podBehind = ({ host, podUid, elsewhere }: Backend): string | undefined =>
    elsewhere?.far ? podUid : podAt(host);

  return {
    start(signal) {
      onAbort(signal, () => {
        isOver = true;
        cancelAgain();
      });
      world.start(signal);
    },
    async guard(pod, place) {
      if ((await nft.lack()) !== undefined) return;
      await heardOf(pod);
      await enforcer.begin(pod, place);
    },
    allows(address, backend) {
      const from = podAt(address);
      if (from === undefined || isNode(backend)) return true;
      const { host, port, protocol = 'TCP' } = backend;
      const to = { uid: podBehind(backend), address: host };
      return isAllowed(policies, { uid: from, address }, to, { protocol, port });
    },
    lack: nft.lack,
  };
}

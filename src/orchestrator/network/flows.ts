import type { Clock } from '../../base/clock.ts';
import { Admission, type ConnectionLimits } from '../../base/connections.ts';

/** One that has come in at a front. */
export interface Datagram {
  /** Where it has come in. */
  readonly route: string;
  /** Who has sent it. */
  readonly address: string;
  readonly port: number;
  readonly bytes: Buffer;
  /** Sends an answer from where it has come in; does nothing once that is closed. */
  readonly reply: (bytes: Buffer) => void;
}

/** Where the datagrams of a flow go. */
export interface FlowEnd {
  send(bytes: Buffer): void;
  close(): void;
}

/** What the other end has to say. */
export interface FlowEvents {
  deliver(bytes: Buffer): void;
  /** Nobody is there any more: the next datagram begins another flow. */
  end(): void;
}

export interface FlowsOptions<End extends FlowEnd> {
  readonly limits: ConnectionLimits;
  readonly partyOf: (datagram: Datagram) => string;
  readonly clock: Clock;
  /** undefined: there is nowhere to send it. Calls none of the events before it has returned. */
  readonly open: (first: Datagram, events: FlowEvents) => End | undefined;
  readonly onRefused: () => void;
}

/** Which datagrams belong together: those between one address and port and one front go to one place and come back from it. */
export interface Flows<End extends FlowEnd> {
  take(this: void, datagram: Datagram): void;
  /** The ends that there are now. */
  list(): readonly End[];
  forget(isGone: (end: End) => boolean): void;
  close(): void;
}

/**
 * How long a flow without datagrams is remembered, before and after the first answer: as the kernel does where kube-proxy leaves it alone
 * (`nf_conntrack_udp_timeout`, `nf_conntrack_udp_timeout_stream`).
 */
const UNANSWERED_MS = 30_000;
const ANSWERED_MS = 120_000;

interface Flow<End> {
  readonly end: End;
  isAnswered: boolean;
  seenAt: number;
  reply: Datagram['reply'];
  cancel: () => void;
}

export function createFlows<End extends FlowEnd>(options: FlowsOptions<End>): Flows<End> {
  const { limits, partyOf, clock, open, onRefused } = options;
  const flows = new Map<string, Flow<End>>();
  const admission = new Admission(limits);

  /** Where all are in use, the oldest that nobody has answered makes way, as in the kernel (`early_drop`). */
  function begin(id: string, datagram: Datagram): Flow<End> | undefined {
    const entry = admission.enter(id, partyOf(datagram));
    if (entry.type === 'refused') {
      onRefused();
      return undefined;
    }
    if (entry.evicted !== undefined) drop(entry.evicted);
    const end = open(datagram, {
      deliver(bytes) {
        if (!isCurrent()) return;
        flow.isAnswered = true;
        flow.seenAt = clock.monotonic();
        admission.proven(id);
        flow.reply(bytes);
      },
      end() {
        if (isCurrent()) drop(id);
      },
    });
    if (!end) {
      admission.leave(id);
      return undefined;
    }
    const flow: Flow<End> = { end, isAnswered: false, seenAt: 0, reply: datagram.reply, cancel: () => {} };
    const isCurrent = () => flows.get(id) === flow;
    flows.set(id, flow);
    flow.cancel = clock.after(UNANSWERED_MS, () => dropIdle(id, flow));
    return flow;
  }

  function dropIdle(id: string, flow: Flow<End>): void {
    const left = flow.seenAt + (flow.isAnswered ? ANSWERED_MS : UNANSWERED_MS) - clock.monotonic();
    if (left <= 0) drop(id);
    else flow.cancel = clock.after(left, () => dropIdle(id, flow));
  }

  function drop(id: string): void {
    const flow = flows.get(id);
    if (!flow) return;
    flows.delete(id);
    admission.leave(id);
    flow.cancel();
    flow.end.close();
  }

  function forget(isGone: (end: End) => boolean): void {
    for (const [id, { end }] of flows) if (isGone(end)) drop(id);
  }

  return {
    take(datagram) {
      const id = `${datagram.route} ${datagram.address} ${datagram.port}`;
      const flow = flows.get(id) ?? begin(id, datagram);
      if (!flow) return;
      flow.seenAt = clock.monotonic();
      flow.reply = datagram.reply;
      flow.end.send(datagram.bytes);
    },
    list: () => [...flows.values()].map(({ end }) => end),
    forget,
    close: () => forget(() => true),
  };
}

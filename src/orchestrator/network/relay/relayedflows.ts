import { connect } from 'node:net';
import type { Clock } from '../../../base/clock.ts';
import { connectionLimits } from '../../../base/connections.ts';
import type { Address } from '../address.ts';
import { sendTo } from '../datagrams.ts';
import { createFlows, type Datagram, type FlowEnd, type FlowEvents } from '../flows.ts';
import { parseMessage, readFrames, writeDatagram, writeMessage } from './frames.ts';
import { MOST_MESSAGE, type Opening, PATIENCE_MS, RETRY_MS, type Verdict } from './protocol.ts';

export interface RelayedFlowsOptions {
  /** The socket on which the agent listens. */
  readonly path: string;
  readonly isClient: (address: string) => boolean;
  readonly clock: Clock;
}

/** Carries the datagrams of containers to where the agent says. */
export interface RelayedFlows {
  take(this: void, datagram: Datagram): void;
  /** There is another agent: it is told of the flows that go on without it. */
  rejoin(): void;
  close(): void;
}

/** Of a client that waits for a verdict. More are lost, as on any network. */
const MOST_WAITING = 32;

export function createRelayedFlows({ path, isClient, clock }: RelayedFlowsOptions): RelayedFlows {
  const flows = createFlows<RelayEnd>({
    limits: connectionLimits(4),
    partyOf: ({ address }) => address,
    clock,
    open: ({ route, address }, events) => openFlow({ front: route, client: address, path, clock }, events),
    onRefused() {},
  });
  return {
    take(datagram) {
      if (isClient(datagram.address)) flows.take(datagram);
    },
    rejoin() {
      for (const flow of flows.list()) flow.rejoin();
    },
    close: flows.close,
  };
}

interface RelayEnd extends FlowEnd {
  rejoin(): void;
}

interface Asking {
  readonly front: string;
  readonly client: string;
  readonly path: string;
  readonly clock: Clock;
}

/** Where it goes: to a backend beside the relay, which a dead agent does not change, or to the agent. */
type Way =
  | { readonly type: 'direct'; readonly to: Address; readonly end: FlowEnd }
  | { readonly type: 'carried' };

/** The connection to the agent is there as long as the flow: the agent says on it when it is over. */
function openFlow({ front, client, path, clock }: Asking, events: FlowEvents): RelayEnd {
  const waiting: Buffer[] = [];
  const deadline = clock.monotonic() + PATIENCE_MS;
  let way: Way | undefined;
  let isOver = false;
  let link = ask();

  function ask() {
    const asking = connect({ path });
    asking.on('error', () => asking.destroy());
    asking.once('end', () => asking.end());
    asking.once('close', () => {
      if (isOver || way?.type === 'direct') return;
      if (way || clock.monotonic() >= deadline) return events.end();
      clock.after(RETRY_MS, () => {
        if (!isOver) link = ask();
      });
    });
    const before = way?.type === 'direct' ? { before: way.to } : {};
    writeMessage(asking, { type: 'flow', front, client, ...before } satisfies Opening);
    readFrames(asking, MOST_MESSAGE, (payload) => {
      if (way?.type === 'carried') events.deliver(payload);
      else if (!isOver) obey(parseMessage<Verdict>(payload) as Verdict | undefined);
    });
    return asking;
  }

  function obey(verdict: Verdict | undefined): void {
    if (verdict?.type === 'refuse') return void events.end();
    if (verdict?.type === 'carry') {
      leave();
      way = { type: 'carried' };
    }
    if (verdict?.type === 'dial') {
      const { host, port } = verdict;
      if (way?.type === 'direct' && way.to.host === host && way.to.port === port) return;
      leave();
      way = { type: 'direct', to: { host, port }, end: sendTo({ host, port }, events) };
    }
    for (const bytes of waiting.splice(0)) send(bytes);
  }

  function leave(): void {
    if (way?.type === 'direct') way.end.close();
  }

  function send(bytes: Buffer): void {
    if (way?.type === 'direct') way.end.send(bytes);
    else if (way) writeDatagram(link, bytes);
    else if (waiting.length < MOST_WAITING) waiting.push(bytes);
  }

  return {
    send,
    rejoin() {
      if (way?.type === 'direct' && link.destroyed) link = ask();
    },
    close() {
      isOver = true;
      leave();
      link.destroy();
    },
  };
}

import { connect, type Socket } from 'node:net';
import { type Clock, sleep } from '../../../base/clock.ts';
import { Admission, connectionLimits } from '../../../base/connections.ts';
import { isInRange } from '../../../base/ipv4range.ts';
import type { Logger } from '../../../base/log.ts';
import { Mutex } from '../../../base/mutex.ts';
import { dial, join } from '../forward.ts';
import { createListeners } from '../listeners.ts';
import { carry } from './carry.ts';
import { parseMessage, readFrames, writeMessage } from './frames.ts';
import { createNameServer } from './nameserver.ts';
import {
  type Dialed,
  MOST_MESSAGE,
  type Opening,
  PATIENCE_MS,
  RETRY_MS,
  type RelayAnswer,
  type RelayReport,
  type RelayTask,
  type Verdict,
} from './protocol.ts';
import { createRelayedFlows } from './relayedflows.ts';

export interface RelayOptions {
  /** The socket on which the agent listens. */
  readonly path: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface Relay {
  /** Resolves when the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 2_000;
/** What could not be listened on is tried again. */
const BIND_AGAIN_MS = 2_000;

/**
 * Listens for the Services of the cluster where containers reach it, and asks the agent where each connection is to go. It knows nothing by itself, and
 * outlives the agent: clients wait while there is none.
 */
export function createRelay({ path, clock, logger }: RelayOptions): Relay {
  const flows = createRelayedFlows({ path, isClient, clock });
  const listeners = createListeners({
    onConnection: (client, front) => void accept(client, front),
    onDatagram: flows.take,
  });
  const admission = new Admission(connectionLimits(2));
  const turn = new Mutex();
  let control: Socket | undefined;
  let task: RelayTask | undefined;
  let accepted = 0;
  const names = createNameServer({
    ask(query) {
      if (control?.writable) writeMessage(control, query);
    },
    mayAsk: isClient,
    clock,
  });

  function isClient(address: string | undefined): boolean {
    return task !== undefined && address !== undefined && isInRange(address, task.clients);
  }

  async function accept(client: Socket, front: string): Promise<void> {
    const id = String(accepted++);
    client.on('error', () => client.destroy());
    const address = client.remoteAddress ?? '';
    if (!isClient(address) || admission.enter(id, address).type === 'refused')
      return void client.resetAndDestroy();
    admission.proven(id);
    client.once('close', () => admission.leave(id));
    client.setNoDelay(true);
    const deadline = clock.monotonic() + PATIENCE_MS;
    // Nothing is read of the client before somebody has accepted it, so nothing is lost when the agent dies meanwhile.
    while (!client.destroyed && clock.monotonic() < deadline) {
      if ((await offered(client, { type: 'stream', front, client: address })) !== 'unanswered') return;
      await sleep(clock, RETRY_MS);
    }
    client.resetAndDestroy();
  }

  /** Asks the agent what to do with a client, and does so. `unanswered`: the agent has ended before it had said so. */
  function offered(client: Socket, opening: Opening): Promise<'settled' | 'unanswered'> {
    return new Promise((resolve) => {
      const link = connect({ path, allowHalfOpen: true });
      let take: ((payload: Buffer) => void) | undefined;
      const settle = () => resolve('settled');
      link.on('error', () => link.destroy());
      link.once('close', () => resolve('unanswered'));
      link.once('end', () => link.end());
      const leave = () => {
        settle();
        if (!take) link.destroy();
      };
      client.once('close', leave);
      link.once('close', () => client.off('close', leave));
      writeMessage(link, opening);
      readFrames(link, MOST_MESSAGE, (payload) => {
        if (take) return take(payload);
        const verdict = parseMessage<Verdict>(payload) as Verdict | undefined;
        if (verdict?.type === 'refuse') {
          settle();
          client.resetAndDestroy();
        } else if (verdict?.type === 'dial') void dialed(client, link, verdict, settle);
        else if (verdict?.type === 'carry') {
          settle();
          take = carry(client, link).take;
          client.resume();
        }
      });
    });
  }

  async function dialed(
    client: Socket,
    link: Socket,
    backend: { readonly host: string; readonly port: number },
    settle: () => void,
  ): Promise<void> {
    const upstream = await dial(backend, { connectTimeoutMs: CONNECT_TIMEOUT_MS });
    if (upstream && client.destroyed) upstream.destroy();
    else if (upstream) {
      settle();
      join(client, upstream);
    }
    if (!link.writable) return;
    writeMessage(link, { dialed: upstream !== undefined } satisfies Dialed);
    if (upstream) link.end();
  }

  /** One after the other: two at once would be in each other's way at the same addresses. */
  function apply(wanted: RelayTask): Promise<void> {
    task = wanted;
    return turn.run(() => listenFor(wanted));
  }

  async function listenFor(wanted: RelayTask): Promise<void> {
    if (task !== wanted) return;
    await names.listen(wanted.dns);
    await listeners.reconcile(wanted.fronts.map((front) => ({ ...front, route: front.id, substitutes: [] })));
    if (task === wanted && control?.writable) writeMessage(control, reportOf(wanted));
  }

  function reportOf({ revision, fronts }: RelayTask): RelayReport {
    const failed = fronts.flatMap(({ id }): [string, string][] => {
      const binding = listeners.binding(id);
      return binding?.state === 'failed' ? [[id, binding.code]] : [];
    });
    const { inTheWay } = names;
    return {
      applied: revision,
      failed: Object.fromEntries(failed),
      ...(inTheWay === undefined ? {} : { names: inTheWay }),
    };
  }

  async function bindAgain(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await sleep(clock, BIND_AGAIN_MS, signal).catch(() => undefined);
      const isIncomplete =
        task && (names.inTheWay !== undefined || Object.keys(reportOf(task).failed).length > 0);
      if (task && isIncomplete && !signal.aborted) await apply(task);
    }
  }

  /** Until the agent, or the signal, ends it. */
  function obey(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const link = connect({ path });
      const leave = () => link.destroy();
      signal.addEventListener('abort', leave, { once: true });
      link.on('error', leave);
      link.once('connect', () => {
        logger.info({}, 'the relay has found its agent');
        control = link;
        writeMessage(link, { type: 'control' } satisfies Opening);
        names.askAgain();
        flows.rejoin();
      });
      readFrames(link, MOST_MESSAGE, (payload) => {
        const said = parseMessage<RelayTask & RelayAnswer>(payload);
        if (said?.fronts) void apply(said as RelayTask);
        if (said?.answer !== undefined) names.answer(said as RelayAnswer);
      });
      link.once('close', () => {
        signal.removeEventListener('abort', leave);
        control = undefined;
        resolve();
      });
    });
  }

  return {
    async run(signal) {
      void bindAgain(signal);
      while (!signal.aborted) {
        await obey(signal);
        await sleep(clock, RETRY_MS, signal).catch(() => undefined);
      }
      await turn.run(() => Promise.all([listeners.close(), names.close()]));
      flows.close();
    },
  };
}

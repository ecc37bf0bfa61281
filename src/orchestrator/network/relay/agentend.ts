import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { dirname } from 'node:path';
import type { Clock } from '../../../base/clock.ts';
import { deferred } from '../../../base/deferred.ts';
import type { Logger } from '../../../base/log.ts';
import type { Address } from '../address.ts';
import type { FlowEnd, FlowEvents } from '../flows.ts';
import { type Carried, carry } from './carry.ts';
import { parseMessage, readFrames, writeDatagram, writeMessage } from './frames.ts';
import {
  type Dialed,
  MOST_MESSAGE,
  type Opening,
  type RelayAnswer,
  type RelayQuery,
  type RelayReport,
  type RelayTask,
  type Verdict,
} from './protocol.ts';

/** A client that has connected to a front of the relay. One of `carry` and `refuse` ends the matter, and so does a `dial` that succeeds. */
export interface RelayedClient {
  readonly front: string;
  /** Its address. */
  readonly address: string;
  /** Whether the relay has connected it to there. */
  dial(backend: { readonly host: string; readonly port: number }): Promise<boolean>;
  /** Joins it with a connection of the agent. */
  carry(upstream: Socket): void;
  refuse(): void;
  onClose(fn: () => void): void;
}

/** The datagrams of a client to a front of the relay. `dial` or `carry` says where they go. */
export interface RelayedFlow {
  readonly front: string;
  /** The client's. */
  readonly address: string;
  /** Where an earlier agent has had them sent. */
  readonly before?: Address;
  /** The relay sends them there itself. */
  dial(backend: Address): void;
  /** They come here. */
  carry(open: (events: FlowEvents) => FlowEnd): void;
  /** It is over, now or later: the next datagram begins another one. */
  end(): void;
  onClose(fn: () => void): void;
}

export interface AgentEndOptions {
  /** Of the socket, in a directory of its own, which the relay sees. */
  readonly path: string;
  readonly onClient: (client: RelayedClient) => void;
  readonly onFlow: (flow: RelayedFlow) => void;
  /** A message of DNS; resolves with the answer, undefined: none. */
  readonly onQuery: (message: Buffer, transport: 'udp' | 'tcp') => Promise<Buffer | undefined>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The agent's end of its relay. */
export interface AgentEnd {
  /** Rejects when it cannot listen on the socket. */
  listen(): Promise<void>;
  /** Resolves when the relay does so, or there is none, or it takes too long. Whoever connects later is told too. */
  assign(task: Omit<RelayTask, 'revision'>): Promise<void>;
  readonly isConnected: boolean;
  /** What the relay cannot listen for now, with what helps; undefined: nothing that is known. */
  readonly problem: string | undefined;
  close(): Promise<void>;
}

/** How long somebody waits for a relay to listen. */
const APPLY_MS = 1_000;

export function createAgentEnd(options: AgentEndOptions): AgentEnd {
  const { path, onClient, onFlow, onQuery, clock, logger } = options;
  const links = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, accept);
  let control: Socket | undefined;
  let task: RelayTask | undefined;
  /** What the task is made of, to tell it from the next one. */
  let assigned = '';
  let applied = deferred();
  /** It is tried again every few seconds, and said once. */
  let problem: string | undefined;

  function accept(link: Socket): void {
    links.add(link);
    link.on('error', () => link.destroy());
    link.once('close', () => links.delete(link));
    let take = (payload: Buffer) => {
      const opening = parseMessage<Opening>(payload) as Partial<Opening> | undefined;
      if (opening?.type === 'control') take = controlled(link);
      else if (opening?.type === 'stream') take = streamed(link, opening);
      else if (opening?.type === 'flow') take = flowed(link, opening);
      else link.destroy();
    };
    readFrames(link, MOST_MESSAGE, (payload) => take(payload));
    link.once('end', () => link.end());
  }

  function controlled(link: Socket): (payload: Buffer) => void {
    // Of two, the later one: the earlier one's engine has not noticed its end yet.
    control?.destroy();
    control = link;
    link.once('close', () => {
      if (control !== link) return;
      control = undefined;
      problem = undefined;
    });
    if (task) writeMessage(link, task);
    return (payload) => {
      const said = parseMessage<RelayReport & RelayQuery>(payload);
      if (said?.applied !== undefined) report({ ...said, applied: said.applied });
      if (said?.query !== undefined) void answerTo(link, said.query, said);
    };
  }

  function report(said: Partial<RelayReport>): void {
    const now = problemIn(said, task);
    if (now !== undefined && now !== problem) logger.warn({}, now);
    problem = now;
    if (said.applied === task?.revision) applied.resolve();
  }

  async function answerTo(
    link: Socket,
    query: number,
    { message = '', transport = 'udp' }: Partial<RelayQuery>,
  ): Promise<void> {
    const found = await onQuery(Buffer.from(message, 'base64'), transport).catch(() => undefined);
    const answer: RelayAnswer = { answer: query, ...(found ? { message: found.toString('base64') } : {}) };
    if (link.writable) writeMessage(link, answer);
  }

  function streamed(link: Socket, { front = '', client = '' }: Partial<Opening & { type: 'stream' }>) {
    let dialing = deferred<boolean>();
    let carried: Carried | undefined;
    const say = (verdict: Verdict) => writeMessage(link, verdict);
    link.once('close', () => dialing.resolve(false));
    onClient({
      front,
      address: client,
      dial({ host, port }) {
        if (link.destroyed) return Promise.resolve(false);
        dialing = deferred<boolean>();
        say({ type: 'dial', host, port });
        return dialing.promise;
      },
      carry(upstream) {
        if (link.destroyed) return void upstream.destroy();
        say({ type: 'carry' });
        carried = carry(upstream, link);
      },
      refuse: () => void say({ type: 'refuse' }),
      onClose: (fn) => void link.once('close', fn),
    });
    return (payload: Buffer) => {
      if (carried) carried.take(payload);
      else dialing.resolve(parseMessage<Dialed>(payload)?.dialed === true);
    };
  }

  function flowed(
    link: Socket,
    { front = '', client = '', before }: Partial<Opening & { type: 'flow' }>,
  ): (payload: Buffer) => void {
    let carried: FlowEnd | undefined;
    const say = (verdict: Verdict) => {
      if (link.writable) writeMessage(link, verdict);
    };
    link.once('close', () => carried?.close());
    onFlow({
      front,
      address: client,
      ...(before ? { before } : {}),
      dial: ({ host, port }) => say({ type: 'dial', host, port }),
      carry(open) {
        if (link.destroyed) return;
        say({ type: 'carry' });
        carried = open({ deliver: (bytes) => writeDatagram(link, bytes), end: () => link.destroy() });
      },
      end() {
        if (carried) link.destroy();
        else say({ type: 'refuse' });
      },
      onClose: (fn) => void link.once('close', fn),
    });
    return (payload) => carried?.send(payload);
  }

  return {
    listen() {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      rmSync(path, { force: true });
      return new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen({ path }, () => {
          // The relay is root in its container, and no program of a pod may pass for it.
          chmodSync(path, 0o600);
          resolve();
        });
      });
    },
    async assign(wanted) {
      const text = JSON.stringify(wanted);
      if (text === assigned) return;
      assigned = text;
      applied.resolve();
      applied = deferred();
      task = { ...wanted, revision: (task?.revision ?? 0) + 1 };
      if (!control) return;
      writeMessage(control, task);
      const cancel = clock.after(APPLY_MS, applied.resolve);
      await applied.promise;
      cancel();
    },
    get isConnected() {
      return control !== undefined;
    },
    get problem() {
      return problem;
    },
    async close() {
      server.close();
      applied.resolve();
      for (const link of links) link.destroy();
    },
  };
}

const MOST_NAMED = 5;

function problemIn(
  { failed = {}, names }: Partial<RelayReport>,
  task: RelayTask | undefined,
): string | undefined {
  const fronts = Object.entries(failed).map(([id, code]) => `${id} (${code})`);
  const more = fronts.length - MOST_NAMED;
  const lacks = [
    ...(names === undefined ? [] : [`names at ${task?.dns.host}:${task?.dns.port} (${names})`]),
    ...fronts.slice(0, MOST_NAMED),
    ...(more > 0 ? [`${more} more`] : []),
  ];
  if (lacks.length === 0) return undefined;
  return `the relay of containers cannot listen for ${lacks.join(', ')}: remove its container from the engine (pilotage-…-relay), it is made again`;
}

import { createSocket, type Socket as Datagrams } from 'node:dgram';
import { createServer, type Server, type Socket } from 'node:net';
import type { Clock } from '../../../base/clock.ts';
import { Admission } from '../../../base/connections.ts';
import { errnoOf } from '../../../base/errors.ts';
import { framed, readFramed } from '../dns/tcp.ts';
import type { RelayAnswer, RelayQuery } from './protocol.ts';

export interface NameServerOptions {
  /** Does nothing while there is nobody to ask. */
  readonly ask: (query: RelayQuery) => void;
  readonly mayAsk: (address: string | undefined) => boolean;
  readonly clock: Clock;
}

/** Takes questions for names over UDP and TCP, and has somebody else answer them. */
export interface NameServer {
  /** Resolves when both have been tried. An address that it listens on already is left as it is. */
  listen(address: { readonly host: string; readonly port: number }): Promise<void>;
  /** Code of the system, where it could not listen when it was last to. */
  readonly inTheWay: string | undefined;
  answer(answer: RelayAnswer): void;
  /** Whoever can be asked now could not be before. */
  askAgain(): void;
  close(): Promise<void>;
}

interface Received {
  readonly message: Buffer;
  readonly transport: 'udp' | 'tcp';
  /** Its address. */
  readonly client: string;
  readonly deliver: (message: Buffer) => void;
}

interface Waiting {
  readonly query: RelayQuery;
  readonly deliver: (message: Buffer) => void;
}

/** Clients ask again after five seconds (resolv.conf(5), timeout). */
const ANSWER_MS = 6_000;
const MOST_WAITING = { all: 4_000, perParty: 500 };
const MOST_CONNECTIONS = { all: 200, perParty: 40 };
/** Bytes. A name has 255, and what else stands in a question is short. */
const LONGEST_QUESTION = 4_096;
/** Bytes of answers that a client may leave unread. */
const MOST_UNREAD = 256 * 1024;
const IDLE_MS = 10_000;

export function createNameServer({ ask, mayAsk, clock }: NameServerOptions): NameServer {
  const waiting = new Map<number, Waiting>();
  const admission = new Admission(MOST_WAITING);
  const connections = new Admission(MOST_CONNECTIONS);
  let numbers = 0;
  let inTheWay: string | undefined;
  let open: { readonly key: string; readonly udp: Datagrams; readonly tcp: Server } | undefined;

  /** A client that asks without end leaves room for the others. */
  function receive({ message, transport, client, deliver }: Received): void {
    if (message.length > LONGEST_QUESTION) return;
    const query = { query: numbers++, transport, message: message.toString('base64') };
    if (admission.enter(String(query.query), client).type === 'refused') return;
    admission.proven(String(query.query));
    waiting.set(query.query, { query, deliver });
    ask(query);
    clock.after(ANSWER_MS, () => forget(query.query));
  }

  function forget(query: number): void {
    waiting.delete(query);
    admission.leave(String(query));
  }

  function serve(client: Socket): void {
    client.on('error', () => client.destroy());
    const { remoteAddress = '' } = client;
    const id = String(numbers++);
    if (!mayAsk(remoteAddress) || connections.enter(id, remoteAddress).type === 'refused')
      return void client.destroy();
    connections.proven(id);
    client.once('close', () => connections.leave(id));
    client.setTimeout(IDLE_MS, () => client.destroy());
    const deliver = (answer: Buffer) => {
      if (client.writableLength > MOST_UNREAD) client.destroy();
      if (client.writable) client.write(framed(answer));
    };
    client.on(
      'data',
      readFramed((message) => receive({ message, transport: 'tcp', client: remoteAddress, deliver })),
    );
  }

  function shut(): void {
    open?.udp.close();
    open?.tcp.close();
    open = undefined;
  }

  return {
    async listen({ host, port }) {
      const key = `${host}:${port}`;
      if (open?.key === key) return;
      shut();
      const udp = createSocket('udp4', (message, { address, port: from }) => {
        const deliver = (answer: Buffer) => {
          // What is closed throws.
          if (open?.udp === udp) udp.send(answer, from, address, () => {});
        };
        if (mayAsk(address)) receive({ message, transport: 'udp', client: address, deliver });
      });
      const tcp = createServer(serve);
      const bound = await Promise.all([
        begun(udp, (done) => udp.bind(port, host, done)),
        begun(tcp, (done) => tcp.listen({ host, port }, done)),
      ]);
      open = { key, udp, tcp };
      inTheWay = bound.find((code) => code !== undefined);
      if (inTheWay !== undefined) shut();
    },
    get inTheWay() {
      return inTheWay;
    },
    answer({ answer, message }) {
      const asked = waiting.get(answer);
      forget(answer);
      if (message !== undefined) asked?.deliver(Buffer.from(message, 'base64'));
    },
    askAgain() {
      // What was asked of an agent that has died is not answered any more.
      for (const { query } of waiting.values()) ask(query);
    },
    async close() {
      shut();
      waiting.clear();
    },
  };
}

/** The code of the system where it could not be bound. An error that comes later concerns one datagram or connection. */
function begun(
  socket: Pick<Datagrams | Server, 'on'>,
  bind: (done: () => void) => void,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    socket.on('error', (error) => resolve(errnoOf(error) ?? error.message));
    bind(() => resolve(undefined));
  });
}

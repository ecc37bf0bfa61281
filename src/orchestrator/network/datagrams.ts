import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { errnoOf } from '../../base/errors.ts';
import type { Address } from './address.ts';
import type { Datagram, FlowEnd, FlowEvents } from './flows.ts';

/** While a socket is being made. More are lost, as on any network. */
const MOST_WAITING = 32;

/** A socket that sends to one address and takes datagrams from nobody else. Whoever is not there is noticed by what the system says of it. */
export function sendTo({ host, port }: Address, { deliver, end }: FlowEvents): FlowEnd {
  const socket = createSocket({ type: typeOf(host), lookup: (name, _, done) => done(null, name, 4) });
  let waiting: Buffer[] | undefined = [];
  let isClosed = false;
  const close = () => {
    if (isClosed) return;
    isClosed = true;
    socket.close();
  };
  const fail = () => {
    close();
    end();
  };
  const send = (bytes: Buffer) =>
    socket.send(bytes, (error) => {
      if (error && errnoOf(error) === 'ECONNREFUSED') fail();
    });
  socket.on('error', fail);
  socket.on('message', (bytes) => deliver(bytes));
  // A failure to connect is said to this function alone, and then the socket must not be sent by: Node throws.
  socket.connect(port, host, (error?: Error) => {
    if (error) return fail();
    const held = waiting ?? [];
    waiting = undefined;
    if (!isClosed) for (const bytes of held) send(bytes);
  });
  return {
    send(bytes) {
      if (isClosed) return;
      if (!waiting) send(bytes);
      else if (waiting.length < MOST_WAITING) waiting.push(bytes);
    },
    close,
  };
}

/** A socket that is bound, or the system's error code. */
export type Bound = { readonly port: number; close(): void } | string;

/** Takes datagrams at an address. */
export function receiveAt(
  { host, port }: Address,
  onDatagram: (datagram: Omit<Datagram, 'route'>) => void,
): Promise<Bound> {
  return new Promise((resolve) => {
    const socket = createSocket({ type: typeOf(host) }, (bytes, from) =>
      onDatagram({ bytes, address: from.address, port: from.port, reply: (answer) => reply(answer, from) }),
    );
    let isOpen = false;
    const reply = (bytes: Buffer, to: { readonly port: number; readonly address: string }) => {
      if (isOpen) socket.send(bytes, to.port, to.address, () => {});
    };
    socket.on('error', (error) => {
      // Once it is bound, an error concerns a single datagram.
      if (!isOpen) resolve(errnoOf(error) ?? error.message);
    });
    socket.bind({ address: host, port, exclusive: true }, () => {
      isOpen = true;
      resolve({
        port: socket.address().port,
        close() {
          if (isOpen) socket.close();
          isOpen = false;
        },
      });
    });
  });
}

const typeOf = (host: string): 'udp4' | 'udp6' => (isIPv6(host) ? 'udp6' : 'udp4');

import { createSocket, type SocketType } from 'node:dgram';
import { connect, isIPv6 } from 'node:net';
import { framed, readFramed } from './tcp.ts';

/** Who is asked what is no name of the cluster. */
export interface Upstream {
  /** The answer, as it is; undefined when none came. `message` is a whole query. */
  ask(message: Buffer, transport: 'udp' | 'tcp'): Promise<Buffer | undefined>;
}

export interface UpstreamOptions {
  /** The node's own resolvers, in their order; asked for with every question, for they change with the network that the machine is in. */
  readonly servers: () => readonly string[];
  /** Default 53. */
  readonly port?: number;
  /** Milliseconds until the next one is asked. */
  readonly timeoutMs?: number;
  /** Questions that may wait at once. */
  readonly most?: number;
}

export function createUpstream({
  servers,
  port = 53,
  timeoutMs = 2_000,
  most = 1_000,
}: UpstreamOptions): Upstream {
  let waiting = 0;
  return {
    async ask(message, transport) {
      if (waiting >= most) return undefined;
      waiting += 1;
      try {
        for (const server of servers()) {
          const ask = transport === 'udp' ? overUdp : overTcp;
          const answer = await ask(message, server, port, timeoutMs);
          if (answer) return answer;
        }
        return undefined;
      } finally {
        waiting -= 1;
      }
    },
  };
}

/** A socket of its own for each question: its port is as hard to guess as its number (RFC 5452). */
function overUdp(
  message: Buffer,
  host: string,
  port: number,
  timeoutMs: number,
): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const family: SocketType = isIPv6(host) ? 'udp6' : 'udp4';
    const socket = createSocket(family);
    const finish = (answer?: Buffer) => {
      clearTimeout(timer);
      socket.close();
      resolve(answer);
    };
    const timer = setTimeout(finish, timeoutMs);
    socket.once('error', () => finish());
    // Connected: the system drops what others send.
    socket.connect(port, host, () => socket.send(message));
    socket.on('message', (answer) => {
      if (answer.length >= 12 && answer.readUInt16BE(0) === message.readUInt16BE(0)) finish(answer);
    });
  });
}

function overTcp(
  message: Buffer,
  host: string,
  port: number,
  timeoutMs: number,
): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: timeoutMs });
    const finish = (answer?: Buffer) => {
      socket.destroy();
      resolve(answer);
    };
    for (const event of ['error', 'timeout', 'close'] as const) socket.once(event, () => finish());
    socket.on('data', readFramed(finish));
    socket.write(framed(message));
  });
}

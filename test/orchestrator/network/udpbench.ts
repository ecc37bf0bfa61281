import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { freshIp, type ProxyBench } from './proxybench.ts';

/** A pod's UDP server, at an address of its own and the port that is given, which answers with its name and what it was sent. */
export async function udpPod(bench: ProxyBench, port: number, name: string): Promise<string> {
  const ip = freshIp();
  const socket = await bound(bench, port, ip);
  socket.on('message', (bytes, from) => socket.send(`${name}:${bytes}`, from.port, from.address));
  return ip;
}

/** A client with one port: all that it sends to an address is one flow. */
export class UdpClient {
  readonly socket: Socket;
  private constructor(socket: Socket) {
    this.socket = socket;
  }

  static async open(bench: ProxyBench): Promise<UdpClient> {
    return new UdpClient(await bound(bench, 0, '127.0.0.1'));
  }

  /** Asks again each 100 milliseconds: datagrams may be lost. */
  async ask(host: string, port: number, text: string): Promise<string> {
    const again = setInterval(() => this.socket.send(text, port, host), 100);
    this.socket.send(text, port, host);
    try {
      const signal = AbortSignal.timeout(4_000);
      for (;;) {
        const [bytes, from] = (await once(this.socket, 'message', { signal })) as [Buffer, RemoteInfo];
        const isAnswer = String(bytes).endsWith(`:${text}`);
        if (isAnswer && from.address === host && from.port === port) return String(bytes);
      }
    } finally {
      clearInterval(again);
    }
  }
}

async function bound(bench: ProxyBench, port: number, ip: string): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.bind(port, ip);
  await once(socket, 'listening');
  bench.afterwards(() => new Promise<void>((resolve) => socket.close(resolve)));
  return socket;
}

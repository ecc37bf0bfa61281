import { createPipe } from '../../../base/pipe.ts';
import { type ChannelProtocol, decodeMessage, encodeMessage } from './channels.ts';
import { type DialPort, serveForward } from './portforward.ts';
import type { MessageSocket } from './websocket.ts';

/** Bytes for one port that wait to be taken. */
const WAITING_BYTES = 256 * 1024;

/**
 * Serves port-forward as @kubernetes/client-node asks for it: two channels for each port, its data and its errors, each of which begins
 * with the port as two bytes, little-endian (kubelet `cri-streaming/portforward/websocket.go`). Never rejects.
 */
export async function serveChannelForward(
  socket: MessageSocket,
  protocol: ChannelProtocol,
  ports: readonly number[],
  dial: DialPort,
): Promise<void> {
  const forwards = ports.map((port) => ({
    port,
    input: createPipe<Buffer>({ costOf: (bytes) => bytes.length + 1, limit: WAITING_BYTES }),
  }));
  const send = (channel: number, bytes: Buffer) => socket.send(encodeMessage(protocol, channel, bytes));
  void distribute();

  /** Never rejects. */
  async function distribute(): Promise<void> {
    for await (const message of socket.messages()) {
      const piece = decodeMessage(protocol, message);
      if (piece && piece.channel % 2 === 0) await forwards[piece.channel / 2]?.input.push(piece.bytes);
    }
    for (const { input } of forwards) input.fail(new Error('the client is gone'));
  }

  async function forward({ port, input }: (typeof forwards)[number], i: number): Promise<void> {
    const [data, error] = [2 * i, 2 * i + 1];
    const name = Buffer.alloc(2);
    name.writeUInt16LE(port);
    void send(data, name);
    void send(error, name);
    await serveForward(dial, {
      port,
      signal: socket.signal,
      input: input.values,
      send: (bytes) => send(data, bytes),
      finish: (problem) => void (problem !== undefined && send(error, Buffer.from(problem))),
    });
  }

  await Promise.all(forwards.map(forward));
  socket.close();
}

import { CHANNEL } from '../../link/frame.ts';
import { type ChannelProtocol, decodeMessage, encodeMessage } from './channels.ts';
import { type CommandClient, type CommandStreams, STDIN_CLOSED } from './command.ts';
import type { MessageSocket } from './websocket.ts';

/** A client that speaks channels over a WebSocket (kubelet `cri-streaming/remotecommand/websocket.go`, KEP-4006). */
export function webSocketClient(
  socket: MessageSocket,
  protocol: ChannelProtocol,
  { stdout, stderr }: CommandStreams,
): CommandClient {
  const send = (channel: number, bytes: Buffer) => socket.send(encodeMessage(protocol, channel, bytes));
  // An empty message says that the connection stands.
  void send(stdout ? CHANNEL.stdout : stderr ? CHANNEL.stderr : CHANNEL.error, Buffer.alloc(0));
  return {
    signal: socket.signal,
    send,
    async *pieces() {
      for await (const message of socket.messages()) {
        const piece = decodeMessage(protocol, message);
        if (!piece) continue;
        if (piece.channel !== CHANNEL.close) yield piece;
        else if (piece.bytes[0] === CHANNEL.stdin) yield STDIN_CLOSED;
      }
    },
    finish(status) {
      const text = protocol.hasStatus ? JSON.stringify(status) : (status.message ?? '');
      if (protocol.hasStatus || status.status !== 'Success') void send(CHANNEL.error, Buffer.from(text));
      socket.close();
    },
  };
}

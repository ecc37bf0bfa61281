import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Upgrade } from './websocket.ts';

const SPDY = 'SPDY/3.1';

export const isSpdy = ({ headers }: IncomingMessage): boolean =>
  headers.upgrade?.toLowerCase() === SPDY.toLowerCase();

/** What the client would speak inside SPDY, in its order (apimachinery `pkg/util/httpstream` HeaderProtocolVersion). */
export function offeredStreamProtocols({ headers }: IncomingMessage): readonly string[] {
  const value = headers['x-stream-protocol-version'] ?? '';
  return [value]
    .flat()
    .join(',')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** Answers the handshake; the connection speaks SPDY from now on. */
export function startSpdy({ socket, head }: Upgrade, protocol: string): Duplex {
  if (head.length > 0) socket.unshift(head);
  const lines = [
    'HTTP/1.1 101 Switching Protocols',
    'Connection: Upgrade',
    `Upgrade: ${SPDY}`,
    `X-Stream-Protocol-Version: ${protocol}`,
  ];
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  return socket;
}

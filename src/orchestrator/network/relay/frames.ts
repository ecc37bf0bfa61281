import type { Socket } from 'node:net';

/**
 * Between the agent and its relay, over a socket of this machine: frames of four bytes with their length (big-endian) and so many bytes. Messages
 * are JSON; once a connection carries a stream, frames are its bytes, and an empty one is its end.
 */
const HEADER = 4;

/** False when the other end is slower: wait for `drain`. */
export function writeFrame(socket: Socket, payload: Buffer): boolean {
  const header = Buffer.alloc(HEADER);
  header.writeUInt32BE(payload.length, 0);
  socket.cork();
  socket.write(header);
  const isTaken = socket.write(payload);
  socket.uncork();
  return isTaken;
}

export const writeMessage = (socket: Socket, message: unknown): boolean =>
  writeFrame(socket, Buffer.from(JSON.stringify(message)));

export const END_OF_STREAM = Buffer.alloc(0);

/** Gives on whole frames of a connection; one that is longer than `most` bytes ends it. */
export function readFrames(socket: Socket, most: number, onFrame: (payload: Buffer) => void): void {
  let pieces: Buffer[] = [];
  let size = 0;
  socket.on('data', (piece: Buffer) => {
    pieces.push(piece);
    size += piece.length;
    while (size >= HEADER) {
      const held: Buffer = pieces.length === 1 ? (pieces[0] ?? piece) : Buffer.concat(pieces);
      pieces = [held];
      if (held.length < HEADER) return;
      const length = held.readUInt32BE(0);
      if (length > most) return void socket.destroy();
      if (size < HEADER + length) return;
      const rest = held.subarray(HEADER + length);
      pieces = [rest];
      size = rest.length;
      onFrame(held.subarray(HEADER, HEADER + length));
    }
  });
}

/** undefined for what is not JSON. The other end is a program of ours; a version of it that speaks otherwise must not end this one. */
export function parseMessage<T>(payload: Buffer): Partial<T> | undefined {
  try {
    const value: unknown = JSON.parse(payload.toString());
    return typeof value === 'object' && value !== null ? (value as Partial<T>) : undefined;
  } catch {
    return undefined;
  }
}

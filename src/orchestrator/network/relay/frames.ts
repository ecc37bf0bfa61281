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

/** Bytes that the other end may leave unread before datagrams are lost, as on any network. */
const MOST_UNREAD = 1024 * 1024;

export function writeDatagram(socket: Socket, payload: Buffer): void {
  if (socket.writable && socket.writableLength <= MOST_UNREAD) writeFrame(socket, payload);
}

export const END_OF_STREAM = Buffer.alloc(0);

/** Gives on whole frames of a connection; one that is longer than `most` bytes ends it. */
export function readFrames(socket: Socket, most: number, onFrame: (payload: Buffer) => void): void {
  let pieces: Buffer[] = [];
  let size = 0;
  /** Bytes up to the end of the header, or of the frame once that is known. */
  let needed = HEADER;
  socket.on('data', (piece: Buffer) => {
    pieces.push(piece);
    size += piece.length;
    // Only then: of a long frame the pieces would be copied again for each one that comes.
    while (size >= needed && !socket.destroyed) {
      const held = Buffer.concat(pieces);
      const end = HEADER + held.readUInt32BE(0);
      if (end - HEADER > most) return void socket.destroy();
      const isWhole = size >= end;
      const rest = isWhole ? held.subarray(end) : held;
      pieces = [rest];
      size = rest.length;
      needed = isWhole ? HEADER : end;
      if (isWhole) onFrame(held.subarray(HEADER, end));
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

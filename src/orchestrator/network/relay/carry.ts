import type { Socket } from 'node:net';
import { HALF_OPEN_MS } from '../forward.ts';
import { END_OF_STREAM, writeFrame } from './frames.ts';

export interface Carried {
  /** A frame has come from the other end. */
  take(payload: Buffer): void;
}

/**
 * Joins a TCP connection with frames that stand for it at the other end of `link`, in both directions: bytes, ends, resets and back-pressure. A link that
 * closes before both directions have ended is a reset.
 */
export function carry(socket: Socket, link: Socket): Carried {
  const done = { sent: false, received: false };
  socket.setNoDelay(true);
  socket.on('error', () => link.destroy());
  socket.on('data', (piece: Buffer) => {
    if (writeFrame(link, piece)) return;
    socket.pause();
    link.once('drain', () => socket.resume());
  });
  socket.once('end', () => {
    done.sent = true;
    writeFrame(link, END_OF_STREAM);
    halfOpen();
  });
  socket.once('close', () => {
    if (done.sent && done.received) link.end();
    else link.destroy();
  });
  link.on('error', () => link.destroy());
  link.once('close', () => {
    if (done.sent && done.received) socket.destroySoon();
    else socket.resetAndDestroy();
  });

  /** The opposite direction may stay open for long, but not idle forever: its peer may be gone. */
  function halfOpen(): void {
    socket.setTimeout(HALF_OPEN_MS, () => socket.resetAndDestroy());
  }

  return {
    take(payload) {
      if (payload.length === 0) {
        done.received = true;
        socket.end();
        halfOpen();
      } else if (!socket.write(payload)) {
        link.pause();
        socket.once('drain', () => link.resume());
      }
    },
  };
}

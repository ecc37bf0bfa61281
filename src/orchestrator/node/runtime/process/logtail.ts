import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** The ends of logs: where the last lines begin, and their text. */

const CHUNK = 64 * 1024;

/** The place where the last `count` lines begin, at `begin` at the earliest; a line without its end counts as one. */
export function offsetOfTail(log: string, count: number, begin = 0): number {
  return withFile(log, (fd, size) => {
    if (count === 0) return size;
    const chunk = Buffer.alloc(CHUNK);
    let left = count;
    for (let end = size; end > begin; ) {
      const start = Math.max(begin, end - CHUNK);
      const length = readSync(fd, chunk, 0, end - start, start);
      for (let i = length - 1; i >= 0; i--) {
        // The line break that ends the file begins no line.
        if (chunk[i] !== 10 || start + i === size - 1) continue;
        if (--left === 0) return start + i + 1;
      }
      end = start;
    }
    return begin;
  });
}

export interface TailLimits {
  readonly bytes: number;
  readonly lines: number;
}

/** The text at the end without trailing space, whole lines where there are several. Throws what the system says. */
export function readTail(log: string, { bytes, lines }: TailLimits): string {
  return withFile(log, (fd, size) => {
    const start = Math.max(0, size - bytes);
    const buffer = Buffer.alloc(size - start);
    const text = buffer.toString('utf8', 0, readSync(fd, buffer, 0, buffer.length, start)).trimEnd();
    const cut = start > 0 ? text.indexOf('\n') : -1;
    return text
      .slice(cut + 1)
      .split('\n')
      .slice(-lines)
      .join('\n');
  });
}

function withFile<T>(file: string, read: (fd: number, size: number) => T): T {
  const fd = openSync(file, 'r');
  try {
    return read(fd, fstatSync(fd).size);
  } finally {
    closeSync(fd);
  }
}

import { open } from 'node:fs/promises';
import { errnoOf } from '../../base/errors.ts';

/** A file that is appended to: which one it is, and what stands in it from a byte on. */
export interface Tail {
  readonly ino: number;
  readonly from: number;
  readonly bytes: Buffer;
}

/** `from`: where to begin, by which file it is and how long. undefined: there is none. Throws what the system says. */
export type ReadTail = (
  path: string,
  from: (file: { readonly ino: number; readonly size: number }) => number,
) => Promise<Tail | undefined>;

export const readTail: ReadTail = async (path, choose) => {
  const file = await open(path).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (!file) return undefined;
  try {
    const { ino, size } = await file.stat();
    const from = choose({ ino, size });
    const bytes = Buffer.alloc(size - from);
    let filled = 0;
    while (filled < bytes.length) {
      const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, from + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return { ino, from, bytes: bytes.subarray(0, filled) };
  } finally {
    await file.close();
  }
};

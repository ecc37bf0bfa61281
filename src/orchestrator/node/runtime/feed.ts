import type { Writable } from 'node:stream';

/** Writes what comes to a program and ends. A program may end, or close its input, before it has read everything. */
export async function feed(input: AsyncIterable<Buffer>, stdin: Writable): Promise<void> {
  stdin.on('error', () => {});
  try {
    for await (const piece of input) {
      if (stdin.destroyed) return;
      await new Promise<void>((resolve) => void stdin.write(piece, () => resolve()));
    }
  } catch {
    // The reader of its input learns of the broken stream by the end of that.
  }
  stdin.end();
}

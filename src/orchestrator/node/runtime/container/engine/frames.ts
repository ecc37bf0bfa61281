/** Which of its streams a container wrote to. */
export type OutputStream = 'stdout' | 'stderr';

export interface Output {
  readonly from: OutputStream;
  readonly bytes: Buffer;
}

const HEADER = 8;
const STDERR = 2;

/**
 * Output of a container without a terminal, as the engine sends it (moby `pkg/stdcopy`): frames of a byte for the stream, three empty ones,
 * four with the length, and the bytes. A frame is given on in the pieces in which it comes.
 */
export async function* outputs(pieces: AsyncIterable<Buffer>): AsyncGenerator<Output> {
  let header = Buffer.alloc(0);
  let from: OutputStream = 'stdout';
  let left = 0;
  for await (const piece of pieces) {
    let rest = piece;
    while (rest.length > 0) {
      if (left > 0) {
        const bytes = rest.subarray(0, left);
        left -= bytes.length;
        rest = rest.subarray(bytes.length);
        yield { from, bytes };
        continue;
      }
      const missing = HEADER - header.length;
      header = Buffer.concat([header, rest.subarray(0, missing)]);
      rest = rest.subarray(missing);
      if (header.length < HEADER) continue;
      from = header[0] === STDERR ? 'stderr' : 'stdout';
      left = header.readUInt32BE(4);
      header = Buffer.alloc(0);
    }
  }
}

/** Output of a container with a terminal, which the engine sends as it is. */
export async function* plainOutputs(pieces: AsyncIterable<Buffer>): AsyncGenerator<Output> {
  for await (const bytes of pieces) yield { from: 'stdout', bytes };
}

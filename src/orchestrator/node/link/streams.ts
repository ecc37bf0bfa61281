import { Duplex, Readable, Writable } from 'node:stream';
import { createPipe } from '../../../base/pipe.ts';
import { CHANNEL } from '../../link/frame.ts';
import type { LinkStream } from '../../link/stream.ts';
import { isCount, objectOf } from '../../link/values.ts';
import type { AttachRequest, TerminalSize } from '../runtime/runtime.ts';

/** Bytes of standard input that wait for the program. */
const WAITING_BYTES = 64 * 1024;

/** The streams of a program as channels of the link's stream. */
export function streamsOf(
  stream: LinkStream,
  { stdin: hasInput, tty = false }: { readonly stdin: boolean; readonly tty?: boolean },
): AttachRequest {
  const inputs = hasInput || tty ? inputsOf(stream) : undefined;
  return {
    ...(inputs && hasInput ? { stdin: inputs.stdin } : {}),
    ...(inputs ? { sizes: inputs.sizes } : {}),
    onStdout: (piece) => stream.send(CHANNEL.stdout, piece),
    onStderr: (piece) => stream.send(CHANNEL.stderr, piece),
    signal: stream.signal,
  };
}

/** Standard input until its channel is closed, and the sizes of the terminal, which go on. */
function inputsOf(stream: LinkStream) {
  const stdin = createPipe<Buffer>({ costOf: (bytes) => bytes.length + 1, limit: WAITING_BYTES });
  const sizes = createPipe<TerminalSize>({ costOf: () => 1, limit: 2 });
  async function distribute(): Promise<void> {
    for await (const { channel, bytes } of stream.pieces()) {
      const size = channel === CHANNEL.resize ? sizeOf(bytes) : undefined;
      if (channel === CHANNEL.stdin) await stdin.push(bytes);
      else if (channel === CHANNEL.close && bytes[0] === CHANNEL.stdin) stdin.end();
      else if (size) await sizes.push(size);
    }
  }
  const finish = () => {
    stdin.end();
    sizes.end();
  };
  distribute().then(finish, finish);
  return { stdin: stdin.values(), sizes: sizes.values() };
}

/** Go's names of client-go's TerminalSize; undefined for what is not one. */
function sizeOf(bytes: Buffer): TerminalSize | undefined {
  const said = objectOf(bytes);
  const { Width: columns, Height: rows } = said ?? {};
  const isSize = (value: unknown): value is number => isCount(value) && value > 0 && value <= 0xff_ff;
  return isSize(columns) && isSize(rows) ? { columns, rows } : undefined;
}

/** Bytes of standard input until its channel is closed. */
export async function* stdinOf(stream: LinkStream): AsyncGenerator<Buffer> {
  for await (const { channel, bytes } of stream.pieces()) {
    if (channel === CHANNEL.stdin) yield bytes;
    if (channel === CHANNEL.close && bytes[0] === CHANNEL.stdin) return;
  }
}

/** The stream as a connection: standard input is what comes, standard output what goes. */
export const connectionOf = (stream: LinkStream): Duplex =>
  Duplex.from({
    readable: Readable.from(stdinOf(stream)),
    writable: new Writable({
      write: (chunk: Buffer, _encoding, done) =>
        void stream.send(CHANNEL.stdout, chunk).then(() => done(), done),
    }),
  });

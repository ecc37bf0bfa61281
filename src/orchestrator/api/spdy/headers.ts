import { constants, createDeflate, createInflate, type Deflate, type Inflate } from 'node:zlib';
import { TEXT, WORDS } from './dictionary.data.ts';

/** Names in lower case; several values of a name are joined by a NUL character. */
export type Headers = Readonly<Record<string, string>>;

const DICTIONARY = Buffer.concat([
  ...WORDS.flatMap((word) => [lengthOf(word), Buffer.from(word)]),
  Buffer.from(TEXT),
]);

/** Bytes of one block of headers, unpacked: a few bytes could stand for any number. */
const MAX_BLOCK = 64 * 1024;
const FLUSH = { dictionary: DICTIONARY, flush: constants.Z_SYNC_FLUSH, finishFlush: constants.Z_SYNC_FLUSH };

/** The blocks of headers of one connection: each direction is one compressed stream (draft 3.1, 2.6.10.1). */
export interface HeaderCodec {
  /** Blocks in the order in which they came. Rejects when the block cannot be read. */
  decode(block: Buffer): Promise<Headers>;
  /** Blocks are sent in the order of the calls. */
  encode(headers: Headers): Promise<Buffer>;
  close(): void;
}

export function createHeaderCodec(): HeaderCodec {
  const inflate = createInflate(FLUSH);
  const deflate = createDeflate(FLUSH);
  const unpack = converter(inflate);
  const pack = converter(deflate);
  return {
    decode: async (block) => readBlock(await unpack(block)),
    encode: (headers) => pack(writeBlock(headers)),
    close() {
      inflate.destroy();
      deflate.destroy();
    },
  };
}

/** One block in, what comes of it out. */
function converter(transform: Inflate | Deflate): (block: Buffer) => Promise<Buffer> {
  let parts: Buffer[] = [];
  let size = 0;
  let failed: ((error: Error) => void) | undefined;
  transform.on('data', (part: Buffer) => {
    parts.push(part);
    size += part.length;
    if (size > MAX_BLOCK) transform.destroy(new Error('the headers of a SPDY stream are too large'));
  });
  transform.on('error', (error) => failed?.(error));
  return (block) =>
    new Promise((resolve, reject) => {
      failed = reject;
      parts = [];
      size = 0;
      transform.write(block, (error) => (error ? reject(error) : resolve(Buffer.concat(parts))));
    });
}

function lengthOf(value: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(Buffer.byteLength(value));
  return length;
}

function writeBlock(headers: Headers): Buffer {
  const pairs = Object.entries(headers);
  const count = Buffer.alloc(4);
  count.writeUInt32BE(pairs.length);
  return Buffer.concat([count, ...pairs.flat().flatMap((text) => [lengthOf(text), Buffer.from(text)])]);
}

function readBlock(block: Buffer): Headers {
  let at = 0;
  const number = () => {
    const value = block.readUInt32BE(at);
    at += 4;
    return value;
  };
  const text = () => {
    const end = number() + at;
    if (end > block.length) throw new Error('a block of SPDY headers ends too early');
    const value = block.toString('utf8', at, end);
    at = end;
    return value;
  };
  const pairs: [string, string][] = [];
  for (let left = number(); left > 0; left--) pairs.push([text().toLowerCase(), text()]);
  return Object.fromEntries(pairs);
}

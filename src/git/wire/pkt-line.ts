import { ProblemError } from '../../base/errors.ts';

/** gitprotocol-common, "pkt-line format". */
export type Packet =
  | { readonly kind: 'data'; readonly data: Buffer }
  | { readonly kind: 'flush' }
  | { readonly kind: 'delim' }
  | { readonly kind: 'end' };

export const FLUSH = Buffer.from('0000');
export const DELIM = Buffer.from('0001');

const MAX_PACKET = 65520;
/** Data bytes in one side-band-64k packet: the length and the band's number come off. */
const MAX_BAND = MAX_PACKET - 5;

export function packet(data: string | Uint8Array): Buffer {
  const bytes = typeof data === 'string' ? Buffer.from(data) : data;
  if (bytes.length > MAX_PACKET - 4) throw new Error('too long for one packet');
  return Buffer.concat([Buffer.from((bytes.length + 4).toString(16).padStart(4, '0')), bytes]);
}

/** 1 carries the answer, 2 what the person at the other end reads, 3 a fatal error. */
export type Band = 1 | 2 | 3;

export function sideBand(band: Band, data: string | Uint8Array): Buffer {
  return Buffer.concat([...sideBandFrames(band, typeof data === 'string' ? Buffer.from(data) : data)]);
}

/** The same as buffers to be written one after the other: the data, which may be much, is not copied. */
export function* sideBandFrames(band: Band, data: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < data.length || at === 0; at += MAX_BAND) {
    const part = data.subarray(at, at + MAX_BAND);
    const length = (part.length + 5).toString(16).padStart(4, '0');
    yield Buffer.concat([Buffer.from(length, 'latin1'), Buffer.of(band)]);
    yield part;
  }
}

/** Text of a packet without the line break that ends it. */
export const lineOf = (data: Buffer): string => data.toString('utf8').replace(/\n$/, '');

const badRequest = (what: string): ProblemError =>
  new ProblemError({ reason: 'BadRequest', message: `the git client's request cannot be read: ${what}` });

/** Reads packets from a stream of bytes, and whatever follows them. */
export class PacketReader {
  readonly #source: AsyncIterator<Buffer>;
  #chunks: Buffer[] = [];
  #length = 0;

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** The next packet; `end` where the stream ends between packets. Throws ProblemError BadRequest. */
  async next(): Promise<Packet> {
    const head = await this.#take(4);
    if (head.length === 0) return { kind: 'end' };
    const text = head.toString('latin1');
    const length = /^[0-9a-fA-F]{4}$/.test(text) ? Number.parseInt(text, 16) : -1;
    if (length === 0) return { kind: 'flush' };
    if (length === 1) return { kind: 'delim' };
    if (length < 4 || length > MAX_PACKET) throw badRequest(`a packet begins with ${JSON.stringify(text)}`);
    const data = await this.#take(length - 4);
    if (data.length < length - 4) throw badRequest('it ends inside a packet');
    return { kind: 'data', data };
  }

  /** Everything after the packets that were read. */
  async *rest(): AsyncGenerator<Buffer> {
    yield* this.#chunks.splice(0);
    this.#length = 0;
    for (let next = await this.#source.next(); !next.done; next = await this.#source.next()) yield next.value;
  }

  /** Fewer than `count` bytes only at the end of the stream. */
  async #take(count: number): Promise<Buffer> {
    while (this.#length < count) {
      const next = await this.#source.next();
      if (next.done) break;
      this.#chunks.push(next.value);
      this.#length += next.value.length;
    }
    const all = this.#chunks.length === 1 ? this.#chunks[0] : undefined;
    const bytes = all ?? Buffer.concat(this.#chunks);
    const taken = bytes.subarray(0, count);
    const left = bytes.subarray(taken.length);
    this.#chunks = left.length > 0 ? [left] : [];
    this.#length = left.length;
    return taken;
  }
}

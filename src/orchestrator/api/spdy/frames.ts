/**
 * Frames of SPDY/3.1 (SPDY Protocol, draft 3.1, 2.2): eight bytes, then a payload.
 *
 * A control frame begins with a set bit, the version and the type; a data frame with the number of its stream. Both go on with a byte of
 * flags and the length of the payload in three bytes.
 */
export const CONTROL = {
  synStream: 1,
  synReply: 2,
  rstStream: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  headers: 8,
  windowUpdate: 9,
} as const;

export const FLAG_FIN = 1;
const VERSION = 3;
const HEADER = 8;
/** Bytes of a control frame that are accepted: its headers are of a handful of words. */
const MAX_CONTROL = 64 * 1024;
const MAX_PAYLOAD = 0xff_ff_ff;

export type SpdyFrame =
  | { readonly type: 'control'; readonly control: number; readonly flags: number; readonly payload: Buffer }
  /** A part of a data frame; `isLast` is true for the end of the stream. */
  | { readonly type: 'data'; readonly stream: number; readonly bytes: Buffer; readonly isLast: boolean };

/** Takes bytes as they come. @throws Error for what is not SPDY/3 */
export function createFrameReader(): (chunk: Buffer) => Generator<SpdyFrame> {
  let buffered: Buffer = Buffer.alloc(0);
  let data: { readonly stream: number; readonly isLast: boolean; left: number } | undefined;

  function* read(chunk: Buffer): Generator<SpdyFrame> {
    buffered = buffered.length === 0 ? chunk : Buffer.concat([buffered, chunk]);
    for (;;) {
      const frame = data ? restOf(data) : next();
      if (!frame) return;
      if (frame !== 'header') yield frame;
    }
  }

  function take(size: number): Buffer {
    const taken = buffered.subarray(0, size);
    buffered = buffered.subarray(size);
    return taken;
  }

  function restOf({ stream, isLast, left }: NonNullable<typeof data>): SpdyFrame | undefined {
    if (buffered.length === 0 && left > 0) return undefined;
    const bytes = take(left);
    const rest = left - bytes.length;
    data = rest > 0 ? { stream, isLast, left: rest } : undefined;
    return { type: 'data', stream, bytes, isLast: isLast && rest === 0 };
  }

  function next(): SpdyFrame | 'header' | undefined {
    if (buffered.length < HEADER) return undefined;
    const word = buffered.readUInt32BE(0);
    const flags = buffered.readUInt8(4);
    const length = buffered.readUIntBE(5, 3);
    if (word >>> 31 === 0) {
      take(HEADER);
      data = { stream: word, isLast: (flags & FLAG_FIN) !== 0, left: length };
      return 'header';
    }
    if (((word >>> 16) & 0x7fff) !== VERSION) throw new Error('the other end does not speak SPDY/3');
    if (length > MAX_CONTROL) throw new Error('a control frame is too large');
    if (buffered.length < HEADER + length) return undefined;
    take(HEADER);
    return { type: 'control', control: word & 0xffff, flags, payload: Buffer.from(take(length)) };
  }

  return read;
}

export function controlFrame(control: number, payload: Buffer, flags = 0): Buffer {
  const header = Buffer.alloc(HEADER);
  header.writeUInt16BE(0x8000 | VERSION, 0);
  header.writeUInt16BE(control, 2);
  header.writeUInt8(flags, 4);
  header.writeUIntBE(payload.length, 5, 3);
  return Buffer.concat([header, payload]);
}

export function dataFrame(stream: number, bytes: Buffer, isLast: boolean): Buffer {
  if (bytes.length > MAX_PAYLOAD) throw new RangeError('a data frame holds less than 16 MiB');
  const header = Buffer.alloc(HEADER);
  header.writeUInt32BE(stream, 0);
  header.writeUInt8(isLast ? FLAG_FIN : 0, 4);
  header.writeUIntBE(bytes.length, 5, 3);
  return Buffer.concat([header, bytes]);
}

/** Numbers of four bytes each, as most control frames consist of. */
export function words(...numbers: readonly number[]): Buffer {
  const payload = Buffer.alloc(numbers.length * 4);
  numbers.forEach((number, i) => {
    payload.writeUInt32BE(number, i * 4);
  });
  return payload;
}

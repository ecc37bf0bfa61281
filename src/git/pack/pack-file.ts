import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { crc32, inflateSync } from 'node:zlib';
import { ProblemError } from '../../base/errors.ts';
import { breather } from '../../base/mutex.ts';
import { malformed } from '../objects/object.ts';
import { type EntryHeader, MAX_ENTRY_HEADER, parseEntryHeader } from './entry.ts';

const WINDOW = 2 ** 20;

export function badPack(what: string): ProblemError {
  return new ProblemError({
    reason: 'BadPack',
    message: `the pack cannot be read: ${what}`,
    remedy: 'send it again; if it happens again, run `git fsck` in the sending repository',
  });
}

/** Reads a pack through one sliding window, so that its size costs no memory. */
export class PackFile {
  /** Where the trailer begins. */
  readonly end: number;
  readonly #fd: number;
  #window: Buffer = Buffer.alloc(0);
  #start = 0;

  constructor(path: string) {
    this.#fd = openSync(path, 'r');
    this.end = fstatSync(this.#fd).size - 20;
  }

  close(): void {
    closeSync(this.#fd);
  }

  header(): number {
    const bytes = this.#at(0, 12);
    if (this.end < 12 || bytes.toString('latin1', 0, 4) !== 'PACK')
      throw badPack('it is cut short or not a pack');
    const version = bytes.readUInt32BE(4);
    if (version !== 2 && version !== 3) throw badPack(`its version is ${version}`);
    return bytes.readUInt32BE(8);
  }

  async verifyChecksum(): Promise<Buffer> {
    const breathe = breather(8);
    const hash = createHash('sha1');
    for (let at = 0; at < this.end; at += WINDOW) {
      hash.update(this.#at(at, Math.min(WINDOW, this.end - at)));
      await breathe();
    }
    const trailer = Buffer.alloc(20);
    readSync(this.#fd, trailer, 0, 20, this.end);
    if (!hash.digest().equals(trailer))
      throw badPack('its checksum does not match: it is cut short or damaged');
    return trailer;
  }

  /** Inflates nothing: the caller decides by the size first. */
  headerAt(offset: number): EntryHeader {
    return parseEntryHeader(this.#at(offset, Math.min(MAX_ENTRY_HEADER, this.end - offset)), offset);
  }

  entry(offset: number): { content: Buffer; end: number; crc: number } {
    const header = this.headerAt(offset);
    const { content, consumed } = this.#inflate(offset + header.length, header.size);
    const length = header.length + consumed;
    const crc = crc32(this.#at(offset, length));
    // After one large object the window need not stay that large.
    if (this.#window.length > 4 * WINDOW) this.#window = Buffer.alloc(0);
    return { content, end: offset + length, crc };
  }

  #inflate(offset: number, size: number): { content: Buffer; consumed: number } {
    // Data that does not compress grows by a few bytes per block; a stream that needs still more is read again with more.
    for (let length = size + (size >> 8) + 128; ; length *= 4) {
      const available = Math.max(0, this.end - offset);
      try {
        // One buffer of the right size: collected in chunks, a large object would be in memory twice.
        const options = { info: true, maxOutputLength: Math.max(1, size), chunkSize: size + 64 };
        const result = inflateSync(this.#at(offset, Math.min(length, available)), options) as unknown as {
          readonly buffer: Buffer;
          readonly engine: { readonly bytesWritten: number };
        };
        if (result.buffer.length !== size) throw malformed(`the object at ${offset} is shorter than it says`);
        return { content: result.buffer, consumed: result.engine.bytesWritten };
      } catch (error) {
        if (error instanceof ProblemError) throw error;
        const cut = error instanceof Error && 'code' in error && error.code === 'Z_BUF_ERROR';
        if (!cut || length >= available) throw badPack(`the object at ${offset} cannot be decompressed`);
      }
    }
  }

  /** Bytes [offset, offset + length) in a new buffer. Throws BadPack when the file is shorter. */
  bytes(offset: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length);
    if (readSync(this.#fd, bytes, 0, length, offset) < length) throw badPack('it is cut short');
    return bytes;
  }

  /** Bytes [offset, offset + length); valid until the next call. */
  #at(offset: number, length: number): Buffer {
    const from = offset - this.#start;
    if (from >= 0 && from + length <= this.#window.length) return this.#window.subarray(from, from + length);
    const window = Buffer.allocUnsafe(Math.max(length, Math.min(WINDOW, this.end + 20 - offset)));
    const got = readSync(this.#fd, window, 0, window.length, offset);
    if (got < length) throw badPack('it is cut short');
    this.#window = window.subarray(0, got);
    this.#start = offset;
    return this.#window.subarray(0, length);
  }
}

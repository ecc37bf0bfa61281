import { createHash } from 'node:crypto';
import { ProblemError } from '../../base/errors.ts';
import type { Oid } from '../types.ts';

const MAGIC = 0xff744f63;
const FANOUT = 8;
const NAMES = FANOUT + 256 * 4;
const LARGE = 0x80000000;

/** A pack's index, version 2 (gitformat-pack): object id ↔ offset in the pack. */
export class PackIndex {
  readonly count: number;
  readonly #bytes: Buffer;
  #byOffset: { readonly offsets: Float64Array; readonly positions: Uint32Array } | undefined;

  /** Throws ProblemError CorruptPack, which names `path`. */
  constructor(bytes: Buffer, path: string) {
    if (bytes.length < NAMES + 40 || bytes.readUInt32BE(0) !== MAGIC || bytes.readUInt32BE(4) !== 2) {
      throw corruptIndex(path, 'it is no index of version 2');
    }
    const checksum = createHash('sha1').update(bytes.subarray(0, -20)).digest();
    if (!bytes.subarray(-20).equals(checksum)) throw corruptIndex(path, 'its checksum does not match');
    this.#bytes = bytes;
    this.count = bytes.readUInt32BE(NAMES - 4);
  }

  oidAt(position: number): Oid {
    return this.#bytes.toString('hex', NAMES + position * 20, NAMES + position * 20 + 20);
  }

  offsetAt(position: number): number {
    const table = NAMES + this.count * 24;
    const value = this.#bytes.readUInt32BE(table + position * 4);
    if (value < LARGE) return value;
    return Number(this.#bytes.readBigUInt64BE(table + this.count * 4 + (value - LARGE) * 8));
  }

  find(oid: Oid): number | undefined {
    const name = Buffer.from(oid, 'hex');
    const position = this.#lowerBound(name);
    return this.#compare(position, name) === 0 ? this.offsetAt(position) : undefined;
  }

  /** Every id that begins with these hex digits. */
  withPrefix(prefix: string): readonly Oid[] {
    const found: Oid[] = [];
    const low = Buffer.from(prefix.padEnd(40, '0'), 'hex');
    for (let i = this.#lowerBound(low); i < this.count && this.oidAt(i).startsWith(prefix); i++) {
      found.push(this.oidAt(i));
    }
    return found;
  }

  /** Every id, in the order in which the objects stand in the pack. */
  oids(): readonly Oid[] {
    this.#byOffset ??= this.#sortByOffset();
    return Array.from(this.#byOffset.positions, (position) => this.oidAt(position));
  }

  /** The object that begins at `offset`, and the offset of the one after it (undefined for the last). */
  at(offset: number): { readonly oid: Oid; readonly next: number | undefined } | undefined {
    this.#byOffset ??= this.#sortByOffset();
    const { offsets, positions } = this.#byOffset;
    let low = 0;
    let high = offsets.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((offsets[middle] ?? 0) < offset) low = middle + 1;
      else high = middle;
    }
    const position = positions[low];
    if (position === undefined || offsets[low] !== offset) return undefined;
    return { oid: this.oidAt(position), next: offsets[low + 1] };
  }

  #sortByOffset() {
    const positions = Uint32Array.from({ length: this.count }, (_, i) => i);
    positions.sort((a, b) => this.offsetAt(a) - this.offsetAt(b));
    const offsets = Float64Array.from(positions, (position) => this.offsetAt(position));
    return { offsets, positions };
  }

  #lowerBound(name: Buffer): number {
    const first = name.readUInt8(0);
    let low = first === 0 ? 0 : this.#bytes.readUInt32BE(FANOUT + (first - 1) * 4);
    let high = this.#bytes.readUInt32BE(FANOUT + first * 4);
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#compare(middle, name) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #compare(position: number, name: Buffer): number {
    if (position >= this.count) return 1;
    return this.#bytes.compare(name, 0, 20, NAMES + position * 20, NAMES + position * 20 + 20);
  }
}

function corruptIndex(path: string, what: string): ProblemError {
  return new ProblemError({
    reason: 'CorruptPack',
    message: `the pack index ${path} is damaged: ${what}`,
    remedy: `Delete it and make it again: git index-pack ${path.replace(/\.idx$/, '.pack')}`,
  });
}

export interface IndexedEntry {
  readonly oid: Oid;
  readonly offset: number;
  readonly crc: number;
}

/** The bytes of a version 2 index over `entries`, for the pack whose trailer is `checksum`. */
export function encodeIndex(entries: readonly IndexedEntry[], checksum: Buffer): Buffer {
  const sorted = [...entries].sort((a, b) => (a.oid < b.oid ? -1 : a.oid > b.oid ? 1 : 0));
  const large = sorted.filter((entry) => entry.offset >= LARGE);
  const bytes = Buffer.alloc(NAMES + sorted.length * 28 + large.length * 8 + 40);
  bytes.writeUInt32BE(MAGIC, 0);
  bytes.writeUInt32BE(2, 4);
  const counts = new Uint32Array(256);
  const [crcs, offsets] = [NAMES + sorted.length * 20, NAMES + sorted.length * 24];
  let larges = 0;
  sorted.forEach((entry, i) => {
    const first = Number.parseInt(entry.oid.slice(0, 2), 16);
    counts[first] = (counts[first] ?? 0) + 1;
    bytes.write(entry.oid, NAMES + i * 20, 'hex');
    bytes.writeUInt32BE(entry.crc, crcs + i * 4);
    if (entry.offset < LARGE) bytes.writeUInt32BE(entry.offset, offsets + i * 4);
    else {
      bytes.writeUInt32BE(LARGE + larges, offsets + i * 4);
      bytes.writeBigUInt64BE(BigInt(entry.offset), offsets + sorted.length * 4 + larges * 8);
      larges += 1;
    }
  });
  let total = 0;
  counts.forEach((count, first) => {
    total += count;
    bytes.writeUInt32BE(total, FANOUT + first * 4);
  });
  checksum.copy(bytes, bytes.length - 40);
  createHash('sha1')
    .update(bytes.subarray(0, -20))
    .digest()
    .copy(bytes, bytes.length - 20);
  return bytes;
}

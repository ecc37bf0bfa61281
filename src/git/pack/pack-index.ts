import { createHash } from 'node:crypto';
import { ProblemError } from '../../base/errors.ts';
import type { Oid } from '../types.ts';

const MAGIC = 0xff744f63;
const FANOUT = 8;
const NAMES = FANOUT + 256 * 4;
const LARGE = 0x80000000;

/** The entries of a pack from its first byte on: where each begins, and the position of its id in the index. */
export interface PackOrder {
  /** Ascending. */
  readonly offsets: Float64Array;
  readonly positions: Uint32Array;
}

/** A pack's index, version 2 (gitformat-pack): object id ↔ offset in the pack. A position counts the ids, which are sorted. */
export class PackIndex {
  readonly count: number;
  readonly #bytes: Buffer;
  #order: PackOrder | undefined;
  #leads: Uint32Array | undefined;

  /** Throws ProblemError CorruptPack, which names `path`. */
  constructor(bytes: Buffer, path: string) {
    if (bytes.length < NAMES + 40 || bytes.readUInt32BE(0) !== MAGIC || bytes.readUInt32BE(4) !== 2) {
      throw corruptIndex(path, 'it is not an index of version 2');
    }
    const checksum = createHash('sha1').update(bytes.subarray(0, -20)).digest();
    if (!bytes.subarray(-20).equals(checksum)) throw corruptIndex(path, 'its checksum does not match');
    this.#bytes = bytes;
    this.count = bytes.readUInt32BE(NAMES - 4);
  }

  oidAt(position: number): Oid {
    return this.#bytes.toString('hex', NAMES + position * 20, NAMES + position * 20 + 20);
  }

  /** The 20 bytes of an id. */
  nameAt(position: number): Buffer {
    return this.#bytes.subarray(NAMES + position * 20, NAMES + position * 20 + 20);
  }

  offsetAt(position: number): number {
    const table = NAMES + this.count * 24;
    const value = this.#bytes.readUInt32BE(table + position * 4);
    if (value < LARGE) return value;
    return Number(this.#bytes.readBigUInt64BE(table + this.count * 4 + (value - LARGE) * 8));
  }

  find(oid: Oid): number | undefined {
    const position = this.position(Buffer.from(oid, 'hex'));
    return position === undefined ? undefined : this.offsetAt(position);
  }

  /** The position of the id whose 20 bytes begin at `bytes[at]`; undefined when the pack lacks it. */
  position(bytes: Buffer, at = 0): number | undefined {
    const lead = bytes.readUInt32BE(at);
    this.#leads ??= this.#readLeads();
    const leads = this.#leads;
    const first = lead >>> 24;
    let low = this.#before(first);
    const end = this.#until(first);
    for (let high = end; low < high; ) {
      const middle = (low + high) >>> 1;
      if ((leads[middle] ?? 0) < lead) low = middle + 1;
      else high = middle;
    }
    for (; low < end && leads[low] === lead; low++) if (this.#isAt(low, bytes, at)) return low;
    return undefined;
  }

  #isAt(position: number, bytes: Buffer, at: number): boolean {
    const name = NAMES + position * 20;
    for (let i = 4; i < 20; i++) if (this.#bytes[name + i] !== bytes[at + i]) return false;
    return true;
  }

  /** The first four bytes of each id: they distinguish nearly all ids, and are much faster to search. */
  #readLeads(): Uint32Array {
    return Uint32Array.from({ length: this.count }, (_, position) =>
      this.#bytes.readUInt32BE(NAMES + position * 20),
    );
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

  /** Every id, in the order of the pack. */
  oids(): readonly Oid[] {
    return Array.from(this.order.positions, (position) => this.oidAt(position));
  }

  get order(): PackOrder {
    this.#order ??= this.#sortByOffset();
    return this.#order;
  }

  /** Which entry of the pack begins at `offset`, counted from its first; undefined when none does. */
  rankAt(offset: number): number | undefined {
    const { offsets } = this.order;
    let low = 0;
    for (let high = offsets.length; low < high; ) {
      const middle = (low + high) >>> 1;
      if ((offsets[middle] ?? 0) < offset) low = middle + 1;
      else high = middle;
    }
    return offsets[low] === offset ? low : undefined;
  }

  /** The object that begins at `offset`, and the offset of the one after it (undefined for the last). */
  at(offset: number): { readonly oid: Oid; readonly next: number | undefined } | undefined {
    const rank = this.rankAt(offset);
    const position = rank === undefined ? undefined : this.order.positions[rank];
    if (rank === undefined || position === undefined) return undefined;
    return { oid: this.oidAt(position), next: this.order.offsets[rank + 1] };
  }

  #sortByOffset(): PackOrder {
    const byPosition = Float64Array.from({ length: this.count }, (_, position) => this.offsetAt(position));
    const positions = Uint32Array.from({ length: this.count }, (_, position) => position);
    positions.sort((a, b) => (byPosition[a] ?? 0) - (byPosition[b] ?? 0));
    return { positions, offsets: Float64Array.from(positions, (position) => byPosition[position] ?? 0) };
  }

  /** How many ids begin with a byte smaller than `first`; `#until` includes `first`. */
  #before(first: number): number {
    return first === 0 ? 0 : this.#until(first - 1);
  }

  #until(first: number): number {
    return this.#bytes.readUInt32BE(FANOUT + first * 4);
  }

  #lowerBound(name: Buffer): number {
    const first = name.readUInt8(0);
    let low = this.#before(first);
    let high = this.#until(first);
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

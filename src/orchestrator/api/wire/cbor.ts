import { describeExcess, excessAt, OBJECT_BOUNDS } from '../../../kube/values/bounds.ts';
import { integerOf, isInt64 } from '../../../kube/values/json.ts';
import type { Json } from '../../../kube/values/types.ts';

/**
 * CBOR (RFC 8949) as Kubernetes reads and writes it (KEP-4222; apimachinery `pkg/runtime/serializer/cbor`): texts are written as byte
 * strings, and read from either; bytes that are meant for Base64 (tag 22) become that text; what JSON cannot hold is refused.
 */
export const CBOR = 'application/cbor';
/** A sequence of them (RFC 8742): the events of a watch. */
export const CBOR_SEQUENCE = 'application/cbor-seq';

/** Tag 55799, by which CBOR is told from other bytes. */
const SELF_DESCRIBED = Buffer.from([0xd9, 0xd9, 0xf7]);

export function encodeCbor(value: unknown): Buffer {
  const parts: Buffer[] = [SELF_DESCRIBED];
  write(value, parts);
  return Buffer.concat(parts);
}

function write(value: unknown, parts: Buffer[]): void {
  if (value === null || value === undefined) parts.push(Buffer.from([0xf6]));
  else if (typeof value === 'boolean') parts.push(Buffer.from([value ? 0xf5 : 0xf4]));
  else if (typeof value === 'string') writeText(value, parts);
  else if (typeof value === 'bigint') writeInteger(value, parts);
  else if (typeof value === 'number') writeNumber(value, parts);
  else if (Array.isArray(value)) {
    parts.push(head(4, BigInt(value.length)));
    for (const item of value) write(item, parts);
  } else {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    parts.push(head(5, BigInt(members.length)));
    for (const [key, member] of members) {
      writeText(key, parts);
      write(member, parts);
    }
  }
}

function writeText(text: string, parts: Buffer[]): void {
  const bytes = Buffer.from(text, 'utf8');
  parts.push(head(2, BigInt(bytes.length)), bytes);
}

function writeNumber(number: number, parts: Buffer[]): void {
  if (Number.isSafeInteger(number)) {
    writeInteger(BigInt(number), parts);
    return;
  }
  const float = Buffer.alloc(9);
  float[0] = 0xfb;
  float.writeDoubleBE(number, 1);
  parts.push(float);
}

const writeInteger = (integer: bigint, parts: Buffer[]): void =>
  void parts.push(integer < 0n ? head(1, -1n - integer) : head(0, integer));

/** Major type and argument, in the fewest bytes. */
function head(major: number, argument: bigint): Buffer {
  const type = major << 5;
  if (argument < 24n) return Buffer.from([type | Number(argument)]);
  const size = argument < 2n ** 8n ? 1 : argument < 2n ** 16n ? 2 : argument < 2n ** 32n ? 4 : 8;
  const bytes = Buffer.alloc(9);
  bytes.writeBigUInt64BE(argument, 1);
  bytes[8 - size] = type | (24 + Math.log2(size));
  return bytes.subarray(8 - size);
}

/** Throws RangeError for what is not one item of CBOR that JSON can hold. */
export function decodeCbor(bytes: Buffer): Json {
  const reader = new Reader(bytes);
  const value = reader.item(0);
  reader.assertEnd();
  return value;
}

/** An item of indefinite length is closed by this byte. */
const BREAK = 0xff;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Linear in the bytes; what it gathers is bounded. */
class Reader {
  readonly #bytes: Buffer;
  #at = 0;
  #left = OBJECT_BOUNDS.nodes;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  assertEnd(): void {
    if (this.#at < this.#bytes.length) throw new RangeError('something follows its end');
  }

  item(depth: number): Json {
    if (depth > OBJECT_BOUNDS.depth) throw new RangeError(describeExcess(excessAt(OBJECT_BOUNDS, 'depth')));
    if (--this.#left < 0) throw new RangeError(describeExcess(excessAt(OBJECT_BOUNDS, 'nodes')));
    const first = this.#take(1)[0] ?? 0;
    const info = first & 0x1f;
    switch (first >> 5) {
      case 0:
        return int64(this.#argument(info));
      case 1:
        return int64(-1n - this.#argument(info));
      case 2:
      case 3:
        return textOf(this.#string(first >> 5, info));
      case 4:
        return this.#list(info, depth);
      case 5:
        return this.#map(info, depth);
      case 6:
        return this.#tagged(this.#argument(info), depth);
      default:
        return this.#simple(info);
    }
  }

  #take(length: number): Buffer {
    if (length > this.#bytes.length - this.#at) throw new RangeError('it ends early');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  #argument(info: number): bigint {
    if (info < 24) return BigInt(info);
    if (info === 24) return BigInt(this.#take(1).readUInt8());
    if (info === 25) return BigInt(this.#take(2).readUInt16BE());
    if (info === 26) return BigInt(this.#take(4).readUInt32BE());
    if (info === 27) return this.#take(8).readBigUInt64BE();
    throw new RangeError(`${info} is no length`);
  }

  /** How many items follow; undefined: until the break. */
  #count(info: number): number | undefined {
    return info === 31 ? undefined : Number(this.#argument(info));
  }

  /** Whether another item follows, where `done` have. */
  #goesOn(count: number | undefined, done: number): boolean {
    if (count !== undefined) return done < count;
    if (this.#bytes[this.#at] !== BREAK) return true;
    this.#at++;
    return false;
  }

  #string(major: number, info: number): Buffer {
    if (info !== 31) return this.#take(Number(this.#argument(info)));
    const chunks: Buffer[] = [];
    while (this.#goesOn(undefined, 0)) {
      const first = this.#take(1)[0] ?? 0;
      if (first >> 5 !== major) throw new RangeError('a part of a text is none');
      chunks.push(this.#take(Number(this.#argument(first & 0x1f))));
    }
    return Buffer.concat(chunks);
  }

  #list(info: number, depth: number): Json {
    const count = this.#count(info);
    const items: Json[] = [];
    while (this.#goesOn(count, items.length)) items.push(this.item(depth + 1));
    return items;
  }

  #map(info: number, depth: number): Json {
    const count = this.#count(info);
    const members = new Map<string, Json>();
    while (this.#goesOn(count, members.size)) {
      const key = this.item(depth + 1);
      if (typeof key !== 'string') throw new RangeError('a key is not a text');
      if (members.has(key)) throw new RangeError(`the key ${JSON.stringify(key)} is given twice`);
      members.set(key, this.item(depth + 1));
    }
    // fromEntries: a key may be `__proto__`, and is one like any other.
    return Object.fromEntries(members);
  }

  /** Unknown tags say nothing about their content to those who do not know them. */
  #tagged(tag: bigint, depth: number): Json {
    if (tag === 2n || tag === 3n) throw new RangeError('a number has more than 64 bits');
    const major = (this.#bytes[this.#at] ?? 0) >> 5;
    if (tag !== 22n || major !== 2) return this.item(depth + 1);
    const info = (this.#take(1)[0] ?? 0) & 0x1f;
    return this.#string(major, info).toString('base64');
  }

  #simple(info: number): Json {
    if (info === 20 || info === 21) return info === 21;
    if (info === 22) return null;
    if (info === 25) return finite(halfOf(this.#take(2).readUInt16BE()));
    if (info === 26) return finite(this.#take(4).readFloatBE());
    if (info === 27) return finite(this.#take(8).readDoubleBE());
    throw new RangeError(`the simple value ${info} has no meaning in JSON`);
  }
}

function textOf(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new RangeError('a text is not UTF-8');
  }
}

function int64(integer: bigint): Json {
  if (!isInt64(integer)) throw new RangeError('a number has more than 64 bits');
  return integerOf(integer);
}

function finite(number: number): number {
  if (!Number.isFinite(number)) throw new RangeError(`${number} is not a number of JSON`);
  return number;
}

/** IEEE 754 binary16 (RFC 8949, appendix D). */
function halfOf(bits: number): number {
  const [exponent, fraction] = [(bits >> 10) & 0x1f, bits & 0x3ff];
  const sign = bits & 0x8000 ? -1 : 1;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

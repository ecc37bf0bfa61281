/** One field on the wire: `varint` of wire type 0, `bytes` of the others. */
export interface Field {
  readonly number: number;
  readonly varint: bigint;
  readonly bytes: Buffer;
}

const NOTHING = Buffer.alloc(0);

/** The fields of a message in order (protobuf encoding, wire types 0, 1, 2, 5). Throws RangeError where the bytes end early. */
export function* fieldsOf(bytes: Buffer): Generator<Field, void, void> {
  let at = 0;
  const varint = (): bigint => {
    const first = bytes[at];
    if (first !== undefined && first < 0x80) {
      at++;
      return BigInt(first);
    }
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) throw new RangeError('it ends inside a number');
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, value);
    }
    throw new RangeError('a number is longer than 64 bits');
  };
  const take = (length: number): Buffer => {
    if (length < 0 || at + length > bytes.length) throw new RangeError('it ends inside a field');
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const number = tag >>> 3;
    const wire = tag & 7;
    if (wire === 0) yield { number, varint: varint(), bytes: NOTHING };
    else if (wire === 1) yield { number, varint: 0n, bytes: take(8) };
    else if (wire === 2) yield { number, varint: 0n, bytes: take(Number(varint())) };
    else if (wire === 5) yield { number, varint: 0n, bytes: take(4) };
    else throw new RangeError(`${wire} is not a wire type`);
  }
}

/** The last field of this number, as a message that was merged from several would have it. */
export function member(bytes: Buffer, number: number): Field | undefined {
  let found: Field | undefined;
  for (const field of fieldsOf(bytes)) if (field.number === number) found = field;
  return found;
}

/** Every field of this number, in order. */
export function membersOf(bytes: Buffer, number: number): Buffer[] {
  const found: Buffer[] = [];
  for (const field of fieldsOf(bytes)) if (field.number === number) found.push(field.bytes);
  return found;
}

export const utf8 = (bytes: Buffer): string => bytes.toString('utf8');

/** The text of a field, '' where it is not there. */
export const textOf = (bytes: Buffer, number: number): string =>
  utf8(member(bytes, number)?.bytes ?? NOTHING);

/** int64 → number; what a number cannot hold is refused rather than rounded. */
export function toNumber(value: bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new RangeError(`${value} is too large a number`);
  return number;
}

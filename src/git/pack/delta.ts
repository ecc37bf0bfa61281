import { MAX_OBJECT_BYTES, malformed } from '../objects/object.ts';

/** Little-endian base-128 number, as in pack headers; never more than 8 bytes. */
function readSize(bytes: Buffer, at: number): { value: number; next: number } {
  let value = 0;
  let scale = 1;
  for (let next = at; next < bytes.length && next < at + 8; next++) {
    const byte = bytes.readUInt8(next);
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return { value, next: next + 1 };
    scale *= 128;
  }
  throw malformed('a delta has no size');
}

/** A copy instruction's operand: the bits of `flags` say which little-endian bytes follow. */
function readOperand(
  delta: Buffer,
  at: number,
  flags: number,
  count: number,
): { value: number; next: number } {
  let value = 0;
  let next = at;
  for (let bit = 0; bit < count; bit++) {
    if ((flags & (1 << bit)) === 0) continue;
    if (next >= delta.length) throw malformed('a delta is cut short');
    value += delta.readUInt8(next) * 2 ** (8 * bit);
    next += 1;
  }
  return { value, next };
}

/** Size of what a delta produces, without producing it. */
export function deltaResultSize(delta: Buffer): number {
  return readSize(delta, readSize(delta, 0).next).value;
}

/** Applies a pack delta (gitformat-pack, "Deltified representation"). Throws CorruptObject when it does not fit its base. */
export function applyDelta(base: Buffer, delta: Buffer): Buffer {
  const baseSize = readSize(delta, 0);
  const resultSize = readSize(delta, baseSize.next);
  if (resultSize.value > MAX_OBJECT_BYTES) throw malformed('a delta produces too much');
  if (baseSize.value !== base.length) throw malformed('a delta does not fit its base object');
  const result = Buffer.allocUnsafeSlow(resultSize.value);
  let to = 0;
  for (let at = resultSize.next; at < delta.length; ) {
    const op = delta.readUInt8(at);
    at += 1;
    if ((op & 0x80) !== 0) {
      const offset = readOperand(delta, at, op & 0x0f, 4);
      const size = readOperand(delta, offset.next, (op >> 4) & 0x07, 3);
      at = size.next;
      const length = size.value === 0 ? 0x10000 : size.value;
      if (offset.value + length > base.length || to + length > result.length)
        throw malformed('a delta copies too far');
      base.copy(result, to, offset.value, offset.value + length);
      to += length;
    } else {
      if (op === 0 || at + op > delta.length || to + op > result.length)
        throw malformed('a delta inserts too much');
      delta.copy(result, to, at, at + op);
      to += op;
      at += op;
    }
  }
  if (to !== result.length) throw malformed('a delta produces too little');
  return result;
}

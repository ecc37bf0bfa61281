import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import type { ObjectType } from '../../../src/git/objects/object.ts';
import { encodeEntryHeader } from '../../../src/git/pack/entry.ts';

/** An entry of a pack that is made by hand: whole, or a delta on an earlier one by its number. */
export type HandMade =
  | { readonly type: ObjectType; readonly content: Buffer }
  | { readonly on: number; readonly delta: Buffer };

/** A pack of these entries, with a right checksum. */
export function handMadePack(entries: readonly HandMade[]): Buffer {
  const head = Buffer.alloc(12);
  head.write('PACK', 'latin1');
  head.writeUInt32BE(2, 4);
  head.writeUInt32BE(entries.length, 8);
  const parts = [head];
  const offsets: number[] = [];
  let offset = 12;
  for (const entry of entries) {
    const content = 'type' in entry ? entry.content : entry.delta;
    const header = encodeEntryHeader(
      'type' in entry
        ? { kind: 'whole', type: entry.type }
        : { kind: 'ofs-delta', base: offsets[entry.on] ?? 0 },
      content.length,
      offset,
    );
    const part = Buffer.concat([header, deflateSync(content)]);
    offsets.push(offset);
    parts.push(part);
    offset += part.length;
  }
  const body = Buffer.concat(parts);
  return Buffer.concat([body, createHash('sha1').update(body).digest()]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return Buffer.from([...bytes, rest]);
}

const COPY_MOST = 0xffffff;

/** A delta that keeps all of a base of `size` bytes, and adds `text`: the result is that much longer. */
export function appending(size: number, text: string): Buffer {
  const parts = [varint(size), varint(size + text.length)];
  for (let from = 0; from < size; from += COPY_MOST) {
    const length = Math.min(COPY_MOST, size - from);
    const operands = Buffer.alloc(7);
    operands.writeUInt32LE(from, 0);
    operands.writeUIntLE(length, 4, 3);
    parts.push(Buffer.from([0xff]), operands);
  }
  return Buffer.concat([...parts, Buffer.from([text.length]), Buffer.from(text)]);
}

/**
 * A chain of `count` deltas on a blob of `size` zeros, each on the one before. With `branches`, each link also has a small delta
 * on itself that comes later in the pack, so that whoever resolves it link by link holds the whole chain.
 */
export function deltaChain(size: number, count: number, branches = false): HandMade[] {
  const entries: HandMade[] = [{ type: 'blob', content: Buffer.alloc(size) }];
  for (let i = 0; i < count; i++) entries.push({ on: i, delta: appending(size + i, 'x') });
  if (branches) for (let i = 0; i < count; i++) entries.push({ on: i, delta: appending(size + i, `y${i}`) });
  return entries;
}

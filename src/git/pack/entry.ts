import { malformed, type ObjectType } from '../objects/object.ts';
import type { Oid } from '../types.ts';

/** An entry of a pack is a whole object, or the difference from another one, which is named by offset or by id. */
export type EntryKind =
  | { readonly kind: 'whole'; readonly type: ObjectType }
  | { readonly kind: 'ofs-delta'; readonly base: number }
  | { readonly kind: 'ref-delta'; readonly base: Oid };

export interface EntryHeader {
  readonly entry: EntryKind;
  /** Bytes after inflating: of the object, or of the delta. */
  readonly size: number;
  /** Length of the header itself. */
  readonly length: number;
}

const WHOLE: Readonly<Record<number, ObjectType>> = { 1: 'commit', 2: 'tree', 3: 'blob', 4: 'tag' };
const TYPE_CODES: Readonly<Record<ObjectType, number>> = { commit: 1, tree: 2, blob: 3, tag: 4 };
const OFS_DELTA = 6;
const REF_DELTA = 7;
/** No header is longer: size varint, then an id or an offset varint. */
export const MAX_ENTRY_HEADER = 40;

/** Reads the header of the entry that begins at `bytes[0]`, which is at `offset` in its pack. */
export function parseEntryHeader(bytes: Buffer, offset: number): EntryHeader {
  const need = (at: number): number => {
    if (at >= bytes.length) throw malformed('the pack ends inside an entry');
    return bytes.readUInt8(at);
  };
  let byte = need(0);
  const code = (byte >> 4) & 7;
  let size = byte & 0x0f;
  let scale = 16;
  let at = 1;
  while (byte >= 0x80) {
    byte = need(at);
    size += (byte & 0x7f) * scale;
    scale *= 128;
    at += 1;
    if (at > 9) throw malformed(`the pack entry at ${offset} has an absurd size`);
  }
  const type = WHOLE[code];
  if (type) return { entry: { kind: 'whole', type }, size, length: at };
  if (code === REF_DELTA) {
    need(at + 19);
    return { entry: { kind: 'ref-delta', base: bytes.toString('hex', at, at + 20) }, size, length: at + 20 };
  }
  if (code !== OFS_DELTA) throw malformed(`the pack entry at ${offset} has the unknown type ${code}`);
  byte = need(at);
  let back = byte & 0x7f;
  at += 1;
  while (byte >= 0x80) {
    byte = need(at);
    back = (back + 1) * 128 + (byte & 0x7f);
    at += 1;
  }
  if (back <= 0 || back > offset) throw malformed(`the pack entry at ${offset} has a base outside the pack`);
  return { entry: { kind: 'ofs-delta', base: offset - back }, size, length: at };
}

export function encodeEntryHeader(entry: EntryKind, size: number, offset: number): Buffer {
  const code =
    entry.kind === 'whole' ? TYPE_CODES[entry.type] : entry.kind === 'ofs-delta' ? OFS_DELTA : REF_DELTA;
  const bytes = [(code << 4) | (size & 0x0f)];
  for (let rest = Math.floor(size / 16); rest > 0; rest = Math.floor(rest / 128)) {
    bytes.push((bytes.pop() ?? 0) | 0x80, rest & 0x7f);
  }
  if (entry.kind === 'whole') return Buffer.from(bytes);
  if (entry.kind === 'ref-delta') return Buffer.concat([Buffer.from(bytes), Buffer.from(entry.base, 'hex')]);
  let back = offset - entry.base;
  const tail = [back & 0x7f];
  for (back = Math.floor(back / 128); back > 0; back = Math.floor(back / 128)) {
    back -= 1;
    tail.unshift((back & 0x7f) | 0x80);
  }
  return Buffer.from([...bytes, ...tail]);
}

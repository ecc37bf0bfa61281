import { readFileSync, readSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { constants, inflateSync } from 'node:zlib';
import { ByteCache, scopeOf } from '../../base/bytecache.ts';
import { ProblemError } from '../../base/errors.ts';
import {
  type GitObject,
  hashObject,
  MAX_OBJECT_BYTES,
  malformed,
  type ObjectType,
} from '../objects/object.ts';
import type { Oid } from '../types.ts';
import { applyDelta, deltaResultSize } from './delta.ts';
import { OpenFiles } from './open-files.ts';
import { PackIndex } from './pack-index.ts';

/** What an entry of a pack is: a whole object, or the difference to another one, named by place or by id. */
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

/** Reads the header of the entry that begins at `bytes[0]`, which stands at `offset` in its pack. */
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

/** Compressed bytes that give away the two sizes with which a delta begins. */
const DELTA_HEAD = 128;

/** An entry as it is stored, for reading and for copying into another pack. */
export interface StoredEntry extends EntryHeader {
  readonly compressed: Buffer;
}

/**
 * Inflates exactly `size` bytes: more would be a bomb, fewer a cut. zlib answers with a part of a chunk of 16 KiB: a commit of 300 bytes
 * that is remembered would keep all of it.
 */
function inflateExactly(compressed: Buffer, size: number): Buffer {
  if (size > MAX_OBJECT_BYTES) throw malformed(`an object is too large to be read (${size} bytes)`);
  try {
    const content = inflateSync(compressed, { maxOutputLength: Math.max(1, size) });
    if (content.length === size) return withMemoryOfItsOwn(content);
  } catch (error) {
    throw malformed(`an object cannot be decompressed: ${error instanceof Error ? error.message : error}`);
  }
  throw malformed('an object is shorter than it says');
}

function withMemoryOfItsOwn(content: Buffer): Buffer {
  if (content.buffer.byteLength === content.length) return content;
  const own = Buffer.allocUnsafeSlow(content.length);
  content.copy(own);
  return own;
}

/** Of all packs of all repositories: a daemon with many of both stays below the usual limit of 1,024 descriptors. */
const files = new OpenFiles(16);
/** What a remembered object takes beside its bytes: the objects around it, and its key. */
const OVERHEAD = 512;
const objects = new ByteCache<string, GitObject>(32 * 2 ** 20);

/**
 * One pack file. Reads go through the page cache with positioned reads, so that a large pack costs no memory;
 * recently used objects are kept, because deltas of neighbours share their bases.
 */
export class Pack {
  readonly index: PackIndex;
  readonly name: string;
  readonly path: string;
  readonly #end: number;
  readonly #recent = scopeOf(objects);

  /** Throws ProblemError CorruptPack, or the system error of a file that cannot be read. */
  constructor(indexPath: string) {
    this.path = `${indexPath.slice(0, -'.idx'.length)}.pack`;
    this.name = basename(this.path);
    this.index = new PackIndex(readFileSync(indexPath), indexPath);
    this.#end = statSync(this.path).size - 20;
  }

  /** Its descriptor; a later read opens it again. */
  close(): void {
    files.close(this.path);
  }

  /** Throws ENOENT when the pack has been merged into another one. */
  stored(offset: number): StoredEntry {
    const found = this.index.at(offset);
    if (!found) throw malformed(`nothing begins at ${offset} in ${this.name}`);
    const length = (found.next ?? this.#end) - offset;
    if (length <= 0) throw malformed(`${this.name} is cut short`);
    const bytes = Buffer.allocUnsafe(length);
    if (readSync(files.get(this.path), bytes, 0, bytes.length, offset) !== bytes.length) {
      throw malformed(`${this.name} is cut short`);
    }
    const header = parseEntryHeader(bytes, offset);
    return { ...header, compressed: bytes.subarray(header.length) };
  }

  /** Bytes of the object at `offset`, without producing it. */
  sizeAt(offset: number): number {
    const bytes = Buffer.alloc(MAX_ENTRY_HEADER + DELTA_HEAD);
    const length = readSync(files.get(this.path), bytes, 0, bytes.length, offset);
    const header = parseEntryHeader(bytes.subarray(0, length), offset);
    if (header.entry.kind === 'whole') return header.size;
    const head = bytes.subarray(header.length, length);
    return deltaResultSize(inflateSync(head, { finishFlush: constants.Z_SYNC_FLUSH }));
  }

  /** The object at `offset`; deltas are followed down to a whole object. Throws ProblemError CorruptPack. */
  read(offset: number): GitObject {
    try {
      return this.#read(offset);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      throw corruptPack(this.path, error.message);
    }
  }

  #read(offset: number): GitObject {
    const deltas: { readonly at: number; readonly delta: Buffer }[] = [];
    let at = offset;
    let bytes = 0;
    let object = this.#recent.get(at);
    while (!object) {
      const stored = this.stored(at);
      const content = inflateExactly(stored.compressed, stored.size);
      if (stored.entry.kind === 'whole') object = this.#remember(at, { type: stored.entry.type, content });
      else {
        bytes += content.length;
        if (bytes > MAX_OBJECT_BYTES) throw malformed('an object is built from too large a chain of deltas');
        deltas.push({ at, delta: content });
        at = this.#baseOf(stored.entry);
        object = this.#recent.get(at);
      }
    }
    for (const { at: place, delta } of deltas.reverse()) {
      object = this.#remember(place, { type: object.type, content: applyDelta(object.content, delta) });
    }
    return object;
  }

  #baseOf(entry: Exclude<EntryKind, { kind: 'whole' }>): number {
    if (entry.kind === 'ofs-delta') return entry.base;
    const offset = this.index.find(entry.base);
    if (offset === undefined) throw malformed(`${this.name} lacks the base object ${entry.base}`);
    return offset;
  }

  /** Compressed bytes have a checksum of their own, what an entry says of its type and base has none: the id is that of both. */
  #remember(offset: number, object: GitObject): GitObject {
    const oid = this.index.at(offset)?.oid;
    if (hashObject(object.type, object.content) !== oid) throw malformed(`object ${oid} has another content`);
    this.#recent.set(offset, object, object.content.buffer.byteLength + OVERHEAD);
    return object;
  }
}

export function corruptPack(path: string, what: string): ProblemError {
  return new ProblemError({
    reason: 'CorruptPack',
    message: `the pack ${path} is damaged: ${what}`,
    remedy:
      'Stop Pilotage; restore that file from a backup, or move the repository away and push it again from a clone.',
  });
}

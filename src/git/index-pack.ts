import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { crc32, inflateSync } from 'node:zlib';
import { ProblemError } from '../base/errors.ts';
import { applyDelta, deltaResultSize } from './delta.ts';
import { breather } from './mutex.ts';
import { type GitObject, hashObject, linksOf, malformed } from './object.ts';
import { type EntryHeader, MAX_ENTRY_HEADER, parseEntryHeader } from './pack.ts';
import { encodeIndex, type IndexedEntry } from './pack-index.ts';
import type { Oid } from './types.ts';

const WINDOW = 2 ** 20;
const MAX_OBJECT_BYTES = 512 * 2 ** 20;

/** A pack that has been read to its end and found whole. */
export interface IndexedPack {
  readonly index: Buffer;
  /** Hex of the pack's trailer: the name under which it is stored. */
  readonly checksum: string;
  readonly count: number;
}

interface Entry extends IndexedEntry {
  readonly header: EntryHeader;
  oid: Oid;
}

/**
 * Reads a pack file from end to end: checksum, every object, every delta, and that each object that is referred to stands in
 * the pack or satisfies `has`. Nothing is written. Throws ProblemError BadPack, CorruptObject, MissingObjects.
 */
export async function indexPack(path: string, has: (oid: Oid) => boolean): Promise<IndexedPack> {
  const file = new PackFile(path);
  try {
    const count = file.header();
    const checksum = await file.verifyChecksum();
    const wanted = new Map<Oid, Oid>();
    const note = (oid: Oid, object: GitObject) => {
      for (const link of linksOf(oid, object)) if (!wanted.has(link)) wanted.set(link, oid);
    };
    const entries = await scan(file, count, note);
    await resolveDeltas(file, entries, note);
    const present = new Set(entries.map((entry) => entry.oid));
    if (present.size !== entries.length) throw badPack('it holds an object twice');
    for (const [link, by] of wanted) if (!present.has(link) && !has(link)) throw missing(link, by);
    return { index: encodeIndex(entries, checksum), checksum: checksum.toString('hex'), count };
  } finally {
    file.close();
  }
}

function badPack(what: string): ProblemError {
  return new ProblemError({
    reason: 'BadPack',
    message: `the pack cannot be read: ${what}`,
    remedy: 'send it again; if it happens again, run `git fsck` in the sending repository',
  });
}

export function missing(oid: Oid, by: Oid): ProblemError {
  return new ProblemError({
    reason: 'MissingObjects',
    message: `${by} needs object ${oid}, which was not sent and is not here`,
    remedy: 'if the sending repository is a shallow clone, run `git fetch --unshallow` there first',
  });
}

/** First pass, in file order: whole objects get their id, deltas wait (oid ''). */
async function scan(
  file: PackFile,
  count: number,
  note: (oid: Oid, object: GitObject) => void,
): Promise<Entry[]> {
  const breathe = breather();
  const entries: Entry[] = [];
  let offset = 12;
  for (let i = 0; i < count; i++) {
    const { header, content, end, crc } = file.entry(offset);
    let oid = '';
    if (header.entry.kind === 'whole') {
      oid = hashObject(header.entry.type, content);
      note(oid, { type: header.entry.type, content });
    }
    entries.push({ header, offset, crc, oid });
    offset = end;
    await breathe();
  }
  if (offset !== file.end) throw badPack(`${file.end - offset} bytes follow its last object`);
  return entries;
}

interface Frame {
  readonly object: GitObject;
  readonly waiting: Entry[];
}

/** Second pass: from each whole object depth-first through the deltas on it, so that only one chain is held in memory. */
async function resolveDeltas(
  file: PackFile,
  entries: readonly Entry[],
  note: (oid: Oid, object: GitObject) => void,
): Promise<void> {
  const breathe = breather();
  const deltas = byBase(entries);
  const waitingOn = (entry: Entry): Entry[] => [
    ...(deltas.get(entry.offset) ?? []),
    ...(deltas.get(entry.oid) ?? []),
  ];
  for (const root of entries) {
    if (root.header.entry.kind !== 'whole') continue;
    const waiting = waitingOn(root);
    if (waiting.length === 0) continue;
    const type = root.header.entry.type;
    const stack: Frame[] = [{ object: { type, content: file.entry(root.offset).content }, waiting }];
    for (let frame = stack.at(-1); frame; frame = stack.at(-1)) {
      const entry = frame.waiting.pop();
      if (!entry) {
        stack.pop();
        continue;
      }
      const delta = file.entry(entry.offset).content;
      if (deltaResultSize(delta) > MAX_OBJECT_BYTES)
        throw badPack(`the object at ${entry.offset} is too large`);
      const object = { type, content: applyDelta(frame.object.content, delta) };
      entry.oid = hashObject(type, object.content);
      note(entry.oid, object);
      const next = waitingOn(entry);
      if (next.length > 0) stack.push({ object, waiting: next });
      await breathe();
    }
  }
  const unresolved = entries.find((entry) => entry.oid === '');
  if (!unresolved) return;
  const base = unresolved.header.entry.kind === 'ref-delta' ? unresolved.header.entry.base : 'an offset';
  throw badPack(`the object at ${unresolved.offset} is a delta on ${base}, which the pack does not hold`);
}

/** Deltas by what they build on: an offset or an id. */
function byBase(entries: readonly Entry[]): ReadonlyMap<number | Oid, readonly Entry[]> {
  const deltas = new Map<number | Oid, Entry[]>();
  for (const entry of entries) {
    const kind = entry.header.entry;
    if (kind.kind === 'whole') continue;
    const siblings = deltas.get(kind.base);
    if (siblings) siblings.push(entry);
    else deltas.set(kind.base, [entry]);
  }
  return deltas;
}

/** Reads a pack through one sliding window, so that its size costs no memory. */
class PackFile {
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
      throw badPack('it is cut short or no pack at all');
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

  entry(offset: number): { header: EntryHeader; content: Buffer; end: number; crc: number } {
    const header = parseEntryHeader(this.#at(offset, Math.min(MAX_ENTRY_HEADER, this.end - offset)), offset);
    if (header.size > MAX_OBJECT_BYTES)
      throw badPack(`the object at ${offset} is too large (${header.size} bytes)`);
    const { content, consumed } = this.#inflate(offset + header.length, header.size);
    const length = header.length + consumed;
    return { header, content, end: offset + length, crc: crc32(this.#at(offset, length)) };
  }

  #inflate(offset: number, size: number): { content: Buffer; consumed: number } {
    // Data that does not compress grows by a few bytes per block; a stream that needs still more is read again with more.
    for (let length = size + (size >> 8) + 128; ; length *= 4) {
      const available = Math.max(0, this.end - offset);
      try {
        const options = { info: true, maxOutputLength: Math.max(1, size) };
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

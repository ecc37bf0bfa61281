import { readFileSync, readSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { constants, inflateSync } from 'node:zlib';
import { ByteCache, scopeOf } from '../../base/bytecache.ts';
import { errnoOf, ProblemError } from '../../base/errors.ts';
import {
  type GitObject,
  hashObject,
  MAX_OBJECT_BYTES,
  malformed,
  type ObjectType,
} from '../objects/object.ts';
import { applyDelta, deltaResultSize } from './delta.ts';
import { type EntryHeader, type EntryKind, MAX_ENTRY_HEADER, parseEntryHeader } from './entry.ts';
import { OpenFiles } from './open-files.ts';
import { PackIndex } from './pack-index.ts';
import { type PackLinks, parseLinks } from './pack-links.ts';

const { Z_MIN_CHUNK: MIN_CHUNK } = constants;
/** Compressed bytes that are enough for the two sizes at the beginning of a delta. */
const DELTA_HEAD = 128;

/** An entry as it is stored. */
interface StoredEntry extends EntryHeader {
  readonly compressed: Buffer;
}

/** Inflates exactly `size` bytes: more would be a bomb, fewer a truncated object. */
function inflateExactly(compressed: Buffer, size: number): Buffer {
  if (size > MAX_OBJECT_BYTES) throw malformed(`an object is too large to be read (${size} bytes)`);
  try {
    const options = { maxOutputLength: Math.max(1, size), chunkSize: Math.max(MIN_CHUNK, size + 1) };
    const content = inflateSync(compressed, options);
    if (content.length === size) return withMemoryOfItsOwn(content);
  } catch (error) {
    throw malformed(`an object cannot be decompressed: ${error instanceof Error ? error.message : error}`);
  }
  throw malformed('an object is shorter than it says');
}

/** A cached commit of 300 bytes would otherwise retain the slab of 8 KiB from which Node allocated it. */
function withMemoryOfItsOwn(content: Buffer): Buffer {
  if (content.buffer.byteLength <= content.length + MIN_CHUNK) return content;
  const own = Buffer.allocUnsafeSlow(content.length);
  content.copy(own);
  return own;
}

/** Of all packs of all repositories: a daemon with many of both stays below the usual limit of 1,024 descriptors. */
const files = new OpenFiles(16);
/** Memory of a cached object in addition to its bytes: the objects around it, and its key. */
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
  #links: PackLinks | 'unknown' | undefined;
  readonly #recent = scopeOf(objects);

  /** Throws ProblemError CorruptPack, or the system error of a file that cannot be read. */
  constructor(indexPath: string) {
    this.path = `${indexPath.slice(0, -'.idx'.length)}.pack`;
    this.name = basename(this.path);
    this.index = new PackIndex(readFileSync(indexPath), indexPath);
    this.#end = statSync(this.path).size - 20;
  }

  /** Undefined for a pack that another program wrote, or that has too many links. */
  get links(): PackLinks | undefined {
    this.#links ??= readLinks(this.path.replace(/pack$/, 'links')) ?? 'unknown';
    return this.#links === 'unknown' ? undefined : this.#links;
  }

  /** Its descriptor; a later read opens it again. */
  close(): void {
    files.close(this.path);
  }

  /** Throws ENOENT when the pack has been merged into another one. */
  #stored(offset: number): StoredEntry {
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
    const known = this.#recent.get(offset);
    if (known) return known.content.length;
    const bytes = Buffer.alloc(MAX_ENTRY_HEADER + DELTA_HEAD);
    const length = readSync(files.get(this.path), bytes, 0, bytes.length, offset);
    const header = parseEntryHeader(bytes.subarray(0, length), offset);
    if (header.entry.kind === 'whole') return header.size;
    const head = bytes.subarray(header.length, length);
    return deltaResultSize(inflateSync(head, { finishFlush: constants.Z_SYNC_FLUSH }));
  }

  /** The type of the object at `offset`, without producing it. */
  typeAt(offset: number): ObjectType {
    const bytes = Buffer.alloc(MAX_ENTRY_HEADER);
    for (let at = offset; ; ) {
      const length = readSync(files.get(this.path), bytes, 0, bytes.length, at);
      const { entry } = parseEntryHeader(bytes.subarray(0, length), at);
      if (entry.kind === 'whole') return entry.type;
      at = this.#baseOf(entry);
    }
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
      const stored = this.#stored(at);
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

  /** Compressed bytes have a checksum, but the type and base in an entry have none: the id covers both. */
  #remember(offset: number, object: GitObject): GitObject {
    const oid = this.index.at(offset)?.oid;
    if (hashObject(object.type, object.content) !== oid) throw malformed(`object ${oid} has another content`);
    this.#recent.set(offset, object, object.content.buffer.byteLength + OVERHEAD);
    return object;
  }
}

function readLinks(path: string): PackLinks | undefined {
  try {
    return parseLinks(readFileSync(path, 'latin1'));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
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

import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { errnoOf } from '../../base/errors.ts';
import { breather } from '../../base/mutex.ts';
import { type EntryKind, encodeEntryHeader, type StoredEntry } from '../pack/pack.ts';
import type { Oid } from '../types.ts';
import type { ObjectStore, Place } from './object-store.ts';

/**
 * A pack of exactly these objects, in this order, as a stream of buffers. What is stored in a pack is copied as it is, deltas
 * included, so that a clone costs reading and hashing, not compressing. A delta is copied only when its base is copied from
 * the same pack: between packs, deltas could form a circle.
 */
export async function* writePack(
  store: ObjectStore,
  oids: readonly Oid[],
  options: { readonly ofsDelta: boolean },
): AsyncGenerator<Buffer> {
  const breathe = breather();
  const hash = createHash('sha1');
  const sources = new Map<Oid, Place | undefined>(oids.map((oid) => [oid, store.packed(oid)]));
  const written = new Map<Oid, number>();
  let chunks: Buffer[] = [];
  let pending = 0;
  let offset = 0;
  const push = (bytes: Buffer) => {
    hash.update(bytes);
    chunks.push(bytes);
    pending += bytes.length;
    offset += bytes.length;
  };

  const writeOne = (oid: Oid, copy: Copy | undefined) => {
    const begin = offset;
    if (copy) {
      const at = copy.base === undefined || !options.ofsDelta ? undefined : written.get(copy.base);
      push(
        encodeEntryHeader(at === undefined ? copy.entry : { kind: 'ofs-delta', base: at }, copy.size, begin),
      );
      push(copy.compressed);
    } else {
      const object = store.read(oid);
      push(encodeEntryHeader({ kind: 'whole', type: object.type }, object.content.length, begin));
      push(deflateSync(object.content));
    }
    written.set(oid, begin);
  };

  push(packHeader(sources.size));
  for (const oid of sources.keys()) {
    for (const [next, copy] of chain(oid, sources, written)) writeOne(next, copy);
    if (pending >= 64 * 1024) {
      yield Buffer.concat(chunks);
      chunks = [];
      pending = 0;
    }
    await breathe();
  }
  yield Buffer.concat([...chunks, hash.digest()]);
}

function packHeader(count: number): Buffer {
  const header = Buffer.from('PACK\0\0\0\x02\0\0\0\0', 'latin1');
  header.writeUInt32BE(count, 8);
  return header;
}

interface Copy {
  readonly entry: EntryKind;
  readonly base: Oid | undefined;
  readonly size: number;
  readonly compressed: Buffer;
}

/** An object that is not yet written and the bases under it, deepest first: every base stands before its deltas, which all readers take. */
function chain(
  oid: Oid,
  sources: ReadonlyMap<Oid, Place | undefined>,
  written: ReadonlyMap<Oid, number>,
): (readonly [Oid, Copy | undefined])[] {
  const found: (readonly [Oid, Copy | undefined])[] = [];
  for (let next: Oid | undefined = oid; next !== undefined && !written.has(next); ) {
    const source = sources.get(next);
    const copy: Copy | undefined = source && reusable(source, sources);
    found.push([next, copy]);
    next = copy?.base;
  }
  return found.reverse();
}

/** The stored bytes of an entry with its base named by id; undefined when the base does not travel with it, or the pack is gone. */
function reusable(source: Place, sources: ReadonlyMap<Oid, Place | undefined>): Copy | undefined {
  const stored = storedIn(source);
  if (!stored) return undefined;
  const { entry, size, compressed } = stored;
  if (entry.kind === 'whole') return { entry, base: undefined, size, compressed };
  const base = entry.kind === 'ref-delta' ? entry.base : source.pack.index.at(entry.base)?.oid;
  if (base === undefined || sources.get(base)?.pack !== source.pack) return undefined;
  return { entry: { kind: 'ref-delta', base }, base, size, compressed };
}

/** Undefined once the pack has been merged into another one: the object is read from there. */
function storedIn({ pack, offset }: Place): StoredEntry | undefined {
  try {
    return pack.stored(offset);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

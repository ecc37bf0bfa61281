import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { errnoOf, ProblemError } from '../../base/errors.ts';
import { breather } from '../../base/mutex.ts';
import type { Bits } from '../pack/bits.ts';
import { encodeEntryHeader } from '../pack/entry.ts';
import { corruptPack, type Pack } from '../pack/pack.ts';
import { PackFile } from '../pack/pack-file.ts';
import type { Oid } from '../types.ts';
import type { ObjectStore } from './object-store.ts';
import { isPlain, type Piece, piecesOf } from './pack-copy.ts';
import { Selection } from './selection.ts';

interface Options {
  /** Whether the client reads deltas that name their base by its distance (`ofs-delta`). */
  readonly ofsDelta: boolean;
}

const HEADER = 12;
const CHUNK = 256 * 1024;

/**
 * A pack of exactly these objects, as a stream of buffers. Entries of stored packs are copied with their deltas, and a stored pack of
 * which every object is wanted is copied in large chunks: a clone neither parses nor compresses, and hashes only where packs are joined.
 */
export async function* writePack(
  store: ObjectStore,
  objects: Selection | readonly Oid[],
  options: Options,
): AsyncGenerator<Buffer> {
  const selection = objects instanceof Selection ? objects : Selection.of(store, objects);
  const packs = [...selection.packs].filter(([, bits]) => bits.count > 0);
  const [[pack, bits] = []] = packs;
  if (pack && bits?.isFull && packs.length === 1 && selection.others.size === 0 && options.ofsDelta) {
    // The stored pack is the answer, header and checksum included.
    if (yield* reading(pack, (file) => asItIs(pack, file))) return;
  }
  const out = new Outgoing(selection.count);
  for (const [pack, bits] of packs) {
    const copied = yield* reading(pack, (file) => copy(store, { pack, file, bits, ...options }, out));
    // The pack was merged into another one meanwhile; its objects are found there.
    if (!copied) yield* writeWhole(store, oidsOf(pack, bits), out);
  }
  yield* writeWhole(store, selection.others, out);
  yield out.end();
}

/** Opens a pack while `copying` reads it; false when the file is gone and nothing was read. */
async function* reading(
  pack: Pack,
  copying: (file: PackFile) => AsyncGenerator<Buffer, boolean>,
): AsyncGenerator<Buffer, boolean> {
  let file: PackFile;
  try {
    file = new PackFile(pack.path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
  try {
    return yield* copying(file);
  } catch (error) {
    throw damaged(pack, error);
  } finally {
    file.close();
  }
}

/** Names the pack in an error about one of its entries. */
function damaged(pack: Pack, error: unknown): unknown {
  if (!(error instanceof ProblemError) || error.problem.reason === 'CorruptPack') return error;
  return corruptPack(pack.path, error.message);
}

async function* asItIs(pack: Pack, file: PackFile): AsyncGenerator<Buffer, boolean> {
  if (!(await isPlain(pack, file))) return false;
  const size = file.end + 20;
  for (let at = 0; at < size; at += CHUNK) yield file.bytes(at, Math.min(CHUNK, size - at));
  return true;
}

async function* copy(
  store: ObjectStore,
  copying: { readonly pack: Pack; readonly file: PackFile; readonly bits: Bits } & Options,
  out: Outgoing,
): AsyncGenerator<Buffer, boolean> {
  const { pack, file, bits, ofsDelta } = copying;
  const whole = bits.isFull && ofsDelta && (await isPlain(pack, file));
  const pieces: Iterable<Piece> = whole
    ? [{ kind: 'bytes', from: HEADER, to: file.end }]
    : piecesOf(copying, () => out.length);
  const breathe = breather();
  for (const piece of pieces) {
    if (piece.kind === 'header') out.push(piece.bytes);
    else if (piece.kind === 'whole') pushWhole(store, pack.index.oidAt(piece.position), out);
    else
      for (let at = piece.from; at < piece.to; at += CHUNK) {
        out.push(file.bytes(at, Math.min(CHUNK, piece.to - at)));
        if (out.isFull) yield out.take();
      }
    if (out.isFull) yield out.take();
    await breathe();
  }
  return true;
}

async function* writeWhole(store: ObjectStore, oids: Iterable<Oid>, out: Outgoing): AsyncGenerator<Buffer> {
  const breathe = breather();
  for (const oid of oids) {
    pushWhole(store, oid, out);
    if (out.isFull) yield out.take();
    await breathe();
  }
}

function pushWhole(store: ObjectStore, oid: Oid, out: Outgoing): void {
  const { type, content } = store.read(oid);
  out.push(encodeEntryHeader({ kind: 'whole', type }, content.length, out.length));
  out.push(deflateSync(content));
}

function* oidsOf({ index }: Pack, bits: Bits): Generator<Oid> {
  for (const position of index.order.positions) if (bits.has(position)) yield index.oidAt(position);
}

/** The pack being written: counts and hashes what is pushed, and returns it in chunks. */
class Outgoing {
  readonly #hash = createHash('sha1');
  #chunks: Buffer[] = [];
  #pending = 0;
  #length = 0;

  constructor(count: number) {
    const header = Buffer.from('PACK\0\0\0\x02\0\0\0\0', 'latin1');
    header.writeUInt32BE(count, 8);
    this.push(header);
  }

  /** Bytes pushed so far. */
  get length(): number {
    return this.#length;
  }

  get isFull(): boolean {
    return this.#pending >= CHUNK;
  }

  push(bytes: Buffer): void {
    this.#hash.update(bytes);
    this.#chunks.push(bytes);
    this.#pending += bytes.length;
    this.#length += bytes.length;
  }

  take(): Buffer {
    const [only] = this.#chunks;
    const taken = this.#chunks.length === 1 && only ? only : Buffer.concat(this.#chunks);
    this.#chunks = [];
    this.#pending = 0;
    return taken;
  }

  /** The remaining bytes and the checksum. */
  end(): Buffer {
    return Buffer.concat([this.take(), this.#hash.digest()]);
  }
}

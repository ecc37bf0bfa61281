import { ProblemError } from '../../base/errors.ts';
import { breather } from '../../base/mutex.ts';
import { type GitObject, hashObject, linksOf, type ObjectType } from '../objects/object.ts';
import type { Oid } from '../types.ts';
import { applyDelta, deltaResultSize } from './delta.ts';
import type { EntryHeader } from './entry.ts';
import { badPack, PackFile } from './pack-file.ts';
import { encodeIndex, type IndexedEntry } from './pack-index.ts';
import { MOST_LINKS } from './pack-links.ts';

/**
 * How far a pack may expand. Deltas and zlib multiply: a chain of deltas of 262 KB becomes 4 GB, and a thousand such deltas
 * on one another need that much at once, now and whenever the last of them is read.
 */
export interface PackLimits {
  readonly objects: number;
  readonly blobBytes: number;
  /** Of a folder, a commit, a tag: they are parsed. */
  readonly otherBytes: number;
  /** Distinct referenced objects. */
  readonly links: number;
  /** Held in memory at once. */
  readonly liveBytes: number;
  /** Deltas between an object and the whole one that it is built from; what all of them produce. */
  readonly chain: { readonly length: number; readonly bytes: number };
  /** Everything that is inflated and built. */
  readonly totalBytes: number;
  /** Objects that are done with and not yet collected. */
  readonly garbageBytes: number;
}

const MIB = 2 ** 20;

/** `packBytes`: legitimate histories of large texts expand by a factor of hundreds, but in proportion to their size. */
export const packLimits = (packBytes: number): PackLimits => ({
  objects: 1_000_000,
  blobBytes: 100 * MIB,
  otherBytes: 8 * MIB,
  links: 1_500_000,
  liveBytes: 320 * MIB,
  // 4,095 is the most that git makes (builtin/pack-objects.c).
  chain: { length: 4095, bytes: 1024 * MIB },
  totalBytes: 2048 * MIB + 1024 * packBytes,
  garbageBytes: 128 * MIB,
});

/** A pack that was read to its end and is consistent in itself. */
export interface ReadPack {
  readonly index: Buffer;
  /** Hex of the pack's trailer: the name under which it is stored. */
  readonly checksum: string;
  readonly count: number;
  /** Objects outside the pack that it needs, each with one object that refers to it. */
  readonly needed: readonly (readonly [link: Oid, by: Oid])[];
  /** Objects that no other object of the pack refers to; at most one more than MOST_LINKS. */
  readonly roots: readonly Oid[];
}

/** The reason of a pack that goes beyond `totalBytes`, and nothing else. */
export const UNFOLDS = 'PackUnfolds';

function tooLarge(message: string, remedy: string): ProblemError {
  return new ProblemError({ reason: 'PackTooLarge', message, remedy });
}
const IN_PARTS = 'push in parts, some commits at a time, or keep large files out of the repository';
const REPACKED = 'run `git repack -a -d -f --depth=10` in the sending repository, and push again';
const mib = (bytes: number): string => `${Math.floor(bytes / MIB)} MiB`;

interface Entry extends IndexedEntry {
  readonly header: EntryHeader;
  oid: Oid;
}

/**
 * Reads a pack file from end to end: checksum, every object, every delta. Nothing is written. `collect` is called where much garbage stands:
 * V8 lets several hundred megabytes outside of its heap gather before it looks.
 * Throws ProblemError BadPack, CorruptObject, PackTooLarge, PackUnfolds.
 */
export async function readPack(path: string, limits: PackLimits, collect = () => {}): Promise<ReadPack> {
  const file = new PackFile(path);
  try {
    const reading = new Reading(file, limits, collect);
    const count = file.header();
    if (count > limits.objects)
      throw tooLarge(`the pack has more than ${limits.objects.toLocaleString('en')} objects`, IN_PARTS);
    const checksum = await file.verifyChecksum();
    const entries = await reading.scan(count);
    await reading.resolve(entries);
    const { links } = reading;
    const present = new Set(entries.map((entry) => entry.oid));
    if (present.size !== entries.length) throw badPack('it holds an object twice');
    return {
      index: encodeIndex(entries, checksum),
      checksum: checksum.toString('hex'),
      count,
      needed: [...links].filter(([link]) => !present.has(link)),
      roots: [...present].filter((oid) => !links.has(oid)).slice(0, MOST_LINKS + 1),
    };
  } finally {
    file.close();
  }
}

/** An object that deltas wait for. */
interface Frame {
  readonly content: Buffer;
  /** Largest subtree first: it is taken last, when the base is no longer needed. */
  readonly waiting: Entry[];
  readonly depth: number;
  readonly chainBytes: number;
}

class Reading {
  /** Referenced object → one object that refers to it. */
  readonly links = new Map<Oid, Oid>();
  readonly #file: PackFile;
  readonly #limits: PackLimits;
  readonly #collect: () => void;
  #total = 0;
  /** Bytes of the frames. */
  #live = 0;
  /** `#total` at the last collection. */
  #collected = 0;

  constructor(file: PackFile, limits: PackLimits, collect: () => void) {
    this.#file = file;
    this.#limits = limits;
    this.#collect = collect;
  }

  /** First pass, in file order: whole objects get their id, deltas wait (oid ''). */
  async scan(count: number): Promise<Entry[]> {
    const breathe = breather();
    const entries: Entry[] = [];
    let offset = 12;
    for (let i = 0; i < count; i++) {
      const header = this.#file.headerAt(offset);
      this.#admit(header.entry.kind === 'whole' ? header.entry.type : 'blob', header.size);
      const { content, end, crc } = this.#file.entry(offset);
      let oid = '';
      if (header.entry.kind === 'whole') {
        oid = hashObject(header.entry.type, content);
        this.#note(oid, { type: header.entry.type, content });
      }
      entries.push({ header, offset, crc, oid });
      offset = end;
      await breathe();
    }
    if (offset !== this.#file.end) throw badPack(`${this.#file.end - offset} bytes follow its last object`);
    return entries;
  }

  /** Second pass: from each whole object depth-first through the deltas on it. */
  async resolve(entries: readonly Entry[]): Promise<void> {
    const deltas = byBase(entries);
    const weights = weightsOf(entries);
    const weight = ({ offset }: Entry): number => weights.get(offset) ?? 0;
    const waitingOn = (entry: Entry): Entry[] =>
      [...(deltas.get(entry.offset) ?? []), ...(deltas.get(entry.oid) ?? [])].sort(
        (a, b) => weight(b) - weight(a),
      );
    for (const root of entries) {
      if (root.header.entry.kind !== 'whole') continue;
      const waiting = waitingOn(root);
      if (waiting.length > 0) await this.#from(root, root.header.entry.type, waiting, waitingOn);
    }
    const unresolved = entries.find((entry) => entry.oid === '');
    if (!unresolved) return;
    const base = unresolved.header.entry.kind === 'ref-delta' ? unresolved.header.entry.base : 'an offset';
    throw badPack(`the object at ${unresolved.offset} is a delta on ${base}, which the pack does not hold`);
  }

  async #from(
    root: Entry,
    type: ObjectType,
    waiting: Entry[],
    waitingOn: (entry: Entry) => Entry[],
  ): Promise<void> {
    const breathe = breather();
    const content = this.#file.entry(root.offset).content;
    const stack: Frame[] = [{ content, waiting, depth: 0, chainBytes: content.length }];
    this.#live = content.length;
    for (let frame = stack.at(-1); frame; frame = stack.at(-1)) {
      const entry = frame.waiting.pop();
      if (!entry || frame.waiting.length === 0) {
        stack.pop();
        this.#live -= frame.content.length;
      }
      if (!entry) continue;
      const made = this.#build(type, frame, entry);
      entry.oid = hashObject(type, made.content);
      this.#note(entry.oid, { type, content: made.content });
      const next = waitingOn(entry);
      if (next.length > 0) {
        stack.push({ ...made, waiting: next });
        this.#live += made.content.length;
      }
      await breathe();
    }
  }

  #build(type: ObjectType, base: Frame, entry: Entry): Omit<Frame, 'waiting'> {
    const { liveBytes, chain } = this.#limits;
    const delta = this.#file.entry(entry.offset).content;
    const size = deltaResultSize(delta);
    this.#admit(type, size);
    const live = this.#live + base.content.length + delta.length + size;
    if (live > liveBytes)
      throw tooLarge(`the deltas of the pack need more than ${mib(liveBytes)} at once`, REPACKED);
    const depth = base.depth + 1;
    const chainBytes = base.chainBytes + delta.length + size;
    if (depth > chain.length || chainBytes > chain.bytes)
      throw tooLarge(
        `the pack has a chain of more than ${chain.length.toLocaleString('en')} deltas, or of more than ${mib(chain.bytes)}`,
        REPACKED,
      );
    return { content: applyDelta(base.content, delta), depth, chainBytes };
  }

  /** Call this before anything of that size is allocated. */
  #admit(type: ObjectType, size: number): void {
    const { blobBytes, otherBytes, totalBytes } = this.#limits;
    const most = type === 'blob' ? blobBytes : otherBytes;
    if (size > most)
      throw tooLarge(
        `a ${type === 'blob' ? 'file' : type} of the pack is too large: ${mib(size)}, and at most ${mib(most)} are taken`,
        'keep large files out of the repository',
      );
    if (this.#total + size > this.#collected + this.#limits.garbageBytes) {
      this.#collect();
      this.#collected = this.#total;
    }
    this.#total += size;
    if (this.#total > totalBytes)
      throw new ProblemError({
        reason: UNFOLDS,
        message: `the pack unfolds to more than ${mib(totalBytes)}`,
        remedy: IN_PARTS,
      });
  }

  #note(oid: Oid, object: GitObject): void {
    for (const link of linksOf(oid, object)) if (!this.links.has(link)) this.links.set(link, oid);
    const { links } = this.#limits;
    if (this.links.size > links)
      throw tooLarge(`the pack refers to more than ${links.toLocaleString('en')} objects`, IN_PARTS);
  }
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

/**
 * By offset, how many entries are built on an entry, directly or indirectly. Keeping at most one base per halving of that number needs
 * memory for the logarithm of a pack (Sethi–Ullman register allocation). Bases that are named by id are not counted.
 */
function weightsOf(entries: readonly Entry[]): ReadonlyMap<number, number> {
  const weights = new Map<number, number>();
  for (const { header, offset } of entries.toReversed()) {
    if (header.entry.kind !== 'ofs-delta') continue;
    const { base } = header.entry;
    weights.set(base, (weights.get(base) ?? 0) + (weights.get(offset) ?? 0) + 1);
  }
  return weights;
}

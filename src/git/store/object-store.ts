import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { deflateSync, inflateSync } from 'node:zlib';
import { ByteCache, scopeOf } from '../../base/bytecache.ts';
import { errnoOf, ProblemError } from '../../base/errors.ts';
import {
  type GitObject,
  hashObject,
  isOid,
  MAX_OBJECT_BYTES,
  malformed,
  OBJECT_TYPES,
  type ObjectType,
  objectHeader,
  parseCommit,
} from '../objects/object.ts';
import { corruptPack, Pack } from '../pack/pack.ts';
import type { Commit, Oid } from '../types.ts';
import { writeDurably } from './durable.ts';

export interface Place {
  readonly pack: Pack;
  readonly offset: number;
}

/** What walks over history need of a commit. */
export interface CommitNode {
  readonly tree: Oid;
  readonly parents: readonly Oid[];
  /** Committer time, milliseconds since the epoch. */
  readonly at: number;
}

interface StoreOptions {
  readonly depth?: number;
  readonly behind?: readonly ObjectStore[];
}

function entriesOf(dir: string): readonly string[] {
  try {
    return readdirSync(dir);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}

function readIfPresent(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

const nodes = new ByteCache<string, CommitNode>(32 * 2 ** 20);

/**
 * The object database of one repository (`objects/`): loose objects, packs, alternates.
 * Reads are synchronous: from the page cache they take microseconds, a round trip through the thread pool many times that.
 * A miss looks again for packs that another writer (a fetch, system git) has added since. A damaged pack counts as
 * absent for objects that are also stored elsewhere; any other of its objects is reported as damaged, with the name of the pack.
 */
export class ObjectStore {
  readonly dir: string;
  readonly #packs = new Map<string, Pack>();
  readonly #damaged = new Map<string, ProblemError>();
  readonly #alternates: readonly ObjectStore[];
  /** Owned, and closed, by the caller. */
  readonly #behind: readonly ObjectStore[];
  readonly #nodes = scopeOf(nodes);

  /** `behind`: databases to search for objects that are not here, like alternates. */
  constructor(objectsDir: string, { depth = 0, behind = [] }: StoreOptions = {}) {
    this.dir = objectsDir;
    this.#behind = behind;
    const alternates = readIfPresent(join(objectsDir, 'info', 'alternates'))?.toString('utf8') ?? '';
    // git follows at most five levels (object-file.c, link_alt_odb_entries).
    this.#alternates = alternates
      .split('\n')
      .filter((line) => depth < 5 && line !== '' && !line.startsWith('#'))
      .map((line) => new ObjectStore(resolve(objectsDir, line), { depth: depth + 1 }));
    this.rescan();
  }

  close(): void {
    for (const pack of this.#packs.values()) pack.close();
    this.#packs.clear();
    for (const alternate of this.#alternates) alternate.close();
  }

  get packs(): readonly Pack[] {
    return [...this.#packs.values()];
  }

  /** Every pack in which an object may be found, including those of alternates. */
  get allPacks(): readonly Pack[] {
    return [...this.#packs.values(), ...this.#elsewhere.flatMap((other) => other.allPacks)];
  }

  get #elsewhere(): readonly ObjectStore[] {
    return [...this.#alternates, ...this.#behind];
  }

  /** Opens packs that have appeared, closes those that are gone; true when anything appeared. */
  rescan(): boolean {
    const dir = join(this.dir, 'pack');
    const present = new Set(entriesOf(dir).filter((name) => name.endsWith('.idx')));
    for (const [name, pack] of this.#packs) {
      if (present.has(name)) continue;
      pack.close();
      this.#packs.delete(name);
    }
    this.#damaged.clear();
    const appeared = [...present].filter((name) => !this.#packs.has(name));
    return appeared.filter((name) => this.#open(name, join(dir, name))).length > 0;
  }

  #open(name: string, path: string): boolean {
    try {
      this.#packs.set(name, new Pack(path));
      return true;
    } catch (error) {
      const code = errnoOf(error) ?? String(error);
      const problem =
        error instanceof ProblemError ? error : corruptPack(path, `it cannot be opened (${code})`);
      this.#damaged.set(name, problem);
      return false;
    }
  }

  /** The pack and offset of a packed object; undefined for loose and unknown ones. */
  packed(oid: Oid): Place | undefined {
    return this.#placesOf(oid).next().value;
  }

  *#placesOf(oid: Oid): Generator<Place, undefined> {
    for (const pack of this.#packs.values()) {
      const offset = pack.index.find(oid);
      if (offset !== undefined) yield { pack, offset };
    }
    for (const other of this.#elsewhere) yield* other.#placesOf(oid);
  }

  has(oid: Oid): boolean {
    return this.#hasNow(oid) || (this.rescan() && this.#hasNow(oid));
  }

  #hasNow(oid: Oid): boolean {
    if (!isOid(oid)) return false;
    return (
      this.packed(oid) !== undefined ||
      existsSync(this.#loosePath(oid)) ||
      this.#elsewhere.some((other) => other.has(oid))
    );
  }

  /** Throws ProblemError CorruptPack where every copy of it is damaged. */
  find(oid: Oid): GitObject | undefined {
    return this.#findNow(oid) ?? (this.rescan() ? this.#findNow(oid) : undefined);
  }

  #findNow(oid: Oid): GitObject | undefined {
    let damage: unknown;
    for (const { pack, offset } of this.#placesOf(oid)) {
      try {
        return pack.read(offset);
      } catch (error) {
        damage = error;
      }
    }
    const loose = this.#readLoose(oid);
    if (loose) return loose;
    for (const other of this.#elsewhere) {
      const found = other.find(oid);
      if (found) return found;
    }
    // The pack was merged into another one since it was opened: a rescan finds the other one.
    if (damage === undefined || errnoOf(damage) === 'ENOENT') return undefined;
    throw damage;
  }

  /** Bytes of an object. Packed objects, such as all pushed ones, are not read: a large one need not be inflated to find that it is too large. */
  sizeOf(oid: Oid): number {
    const packed = this.packed(oid);
    return packed ? packed.pack.sizeAt(packed.offset) : this.read(oid).content.length;
  }

  /** The type of an object; packed objects are not read. */
  typeOf(oid: Oid): ObjectType {
    const packed = this.packed(oid);
    return packed ? packed.pack.typeAt(packed.offset) : this.read(oid).type;
  }

  read(oid: Oid): GitObject {
    const object = this.find(oid);
    if (object) return object;
    const [damage] = this.#damaged.values();
    throw damage ?? malformed(`object ${oid} is missing`);
  }

  /** Content of an object that must be of this type. */
  readAs(oid: Oid, type: ObjectType): Buffer {
    const object = this.read(oid);
    if (object.type !== type) throw malformed(`object ${oid} is a ${object.type}, not a ${type}`);
    return object.content;
  }

  commit(oid: Oid): Commit {
    return parseCommit(oid, this.readAs(oid, 'commit'));
  }

  node(oid: Oid): CommitNode {
    const known = this.#nodes.get(oid);
    if (known) return known;
    const { tree, parents, committer } = this.commit(oid);
    const node = { tree, parents, at: committer.at };
    this.#nodes.set(oid, node, 200 + 80 * parents.length);
    return node;
  }

  /** Every object whose id begins with these hex digits. */
  withPrefix(prefix: string): readonly Oid[] {
    const loose = entriesOf(join(this.dir, prefix.slice(0, 2)))
      .map((rest) => prefix.slice(0, 2) + rest)
      .filter((oid) => isOid(oid) && oid.startsWith(prefix));
    const packed = this.packs.flatMap((pack) => pack.index.withPrefix(prefix));
    return [...new Set([...loose, ...packed, ...this.#elsewhere.flatMap((a) => a.withPrefix(prefix))])];
  }

  /** Stores an object durably, unless it exists already. */
  write(type: ObjectType, content: Uint8Array): Oid {
    const oid = hashObject(type, content);
    if (this.has(oid)) return oid;
    const path = this.#loosePath(oid);
    mkdirSync(join(path, '..'), { recursive: true });
    const bytes = deflateSync(Buffer.concat([objectHeader(type, content.length), content]));
    writeDurably(path, bytes, `${path}.${randomBytes(6).toString('hex')}.tmp`, 0o444);
    return oid;
  }

  #loosePath(oid: Oid): string {
    return join(this.dir, oid.slice(0, 2), oid.slice(2));
  }

  #readLoose(oid: Oid): GitObject | undefined {
    const compressed = readIfPresent(this.#loosePath(oid));
    if (!compressed) return undefined;
    let bytes: Buffer;
    try {
      bytes = inflateSync(compressed, { maxOutputLength: MAX_OBJECT_BYTES });
    } catch {
      throw malformed(`object ${oid} cannot be decompressed`);
    }
    const end = bytes.indexOf(0);
    const name = bytes.toString('latin1', 0, bytes.indexOf(0x20));
    const type = OBJECT_TYPES.find((candidate) => candidate === name);
    if (end < 0 || !type) throw malformed(`object ${oid} has no readable header`);
    return { type, content: bytes.subarray(end + 1) };
  }
}

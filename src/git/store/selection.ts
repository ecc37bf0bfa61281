import { Bits } from '../pack/bits.ts';
import type { Pack } from '../pack/pack.ts';
import type { PackLinks } from '../pack/pack-links.ts';
import type { Oid } from '../types.ts';
import type { ObjectStore } from './object-store.ts';

/**
 * A set of objects by where they are stored: one bit for an object in a pack, the id for any other. The packs and their order are
 * fixed when the selection is made, so that an object that is stored several times has one place in it.
 */
export class Selection {
  readonly packs: ReadonlyMap<Pack, Bits>;
  readonly #others = new Set<Oid>();

  private constructor(packs: ReadonlyMap<Pack, Bits>) {
    this.packs = packs;
  }

  /** Empty. */
  static in(store: ObjectStore): Selection {
    // The largest pack first: it holds most of the objects that are looked up.
    const packs = [...store.allPacks].sort((a, b) => b.index.count - a.index.count);
    return new Selection(new Map(packs.map((pack) => [pack, new Bits(pack.index.count)])));
  }

  static of(store: ObjectStore, oids: Iterable<Oid>): Selection {
    const selection = Selection.in(store);
    for (const oid of oids) selection.add(oid);
    return selection;
  }

  copy(): Selection {
    const copy = new Selection(new Map([...this.packs].map(([pack, bits]) => [pack, bits.copy()])));
    for (const oid of this.#others) copy.#others.add(oid);
    return copy;
  }

  /** The same objects where they are stored now: packs may have been merged, and loose objects packed, since. */
  in(store: ObjectStore): Selection {
    const now = store.allPacks;
    const kept = [...this.packs].filter(([pack]) => now.includes(pack));
    const added = now.filter((pack) => !this.packs.has(pack));
    const moved = new Selection(
      new Map([
        ...kept.map(([pack, bits]) => [pack, bits.copy()] as const),
        ...added.map((pack) => [pack, new Bits(pack.index.count)] as const),
      ]),
    );
    for (const [pack, bits] of this.packs) {
      if (moved.packs.has(pack)) continue;
      for (let position = 0; position < bits.size; position++)
        if (bits.has(position)) moved.addAt(pack.index.nameAt(position), 0);
    }
    for (const oid of this.#others) moved.add(oid);
    return moved;
  }

  /** Whether the packs that hold its objects are all still there. */
  isIn(store: ObjectStore): boolean {
    const now = new Set(store.allPacks);
    return [...this.packs].every(([pack, bits]) => bits.count === 0 || now.has(pack));
  }

  /** Objects that are in no pack, in the order in which they were added. */
  get others(): ReadonlySet<Oid> {
    return this.#others;
  }

  get count(): number {
    let count = this.#others.size;
    for (const bits of this.packs.values()) count += bits.count;
    return count;
  }

  /** Bytes of memory, roughly. */
  get bytes(): number {
    let bytes = 200 * this.#others.size;
    for (const bits of this.packs.values()) bytes += 200 + bits.bytes;
    return bytes;
  }

  /** False when the object was there already. */
  add(oid: Oid): boolean {
    return this.addAt(Buffer.from(oid, 'hex'), 0);
  }

  /** As `add`, for the id whose 20 bytes begin at `bytes[at]`. */
  addAt(bytes: Buffer, at: number): boolean {
    for (const [pack, bits] of this.packs) {
      const position = pack.index.position(bytes, at);
      if (position !== undefined) return bits.add(position);
    }
    const oid = bytes.toString('hex', at, at + 20);
    if (this.#others.has(oid)) return false;
    this.#others.add(oid);
    return true;
  }

  /** The packs with known links of which objects are missing here; `add` adds all objects of the pack. */
  get incomplete(): readonly { readonly links: PackLinks; readonly add: () => void }[] {
    return [...this.packs].flatMap(([pack, bits]) =>
      bits.isFull || !pack.links ? [] : [{ links: pack.links, add: () => this.#addPack(pack, bits) }],
    );
  }

  #addPack(pack: Pack, bits: Bits): void {
    const [first] = this.packs.keys();
    // In a later pack, each object may be in an earlier one too.
    if (pack === first) bits.fill();
    else for (let position = 0; position < bits.size; position++) this.addAt(pack.index.nameAt(position), 0);
  }

  has(oid: Oid): boolean {
    const bytes = Buffer.from(oid, 'hex');
    for (const [pack, bits] of this.packs) {
      const position = pack.index.position(bytes);
      if (position !== undefined) return bits.has(position);
    }
    return this.#others.has(oid);
  }
}

/** A set of positions, one bit each: which objects of a pack, in 125 KB for a million of them. */
export class Bits {
  readonly size: number;
  readonly #words: Uint32Array;
  #count = 0;

  constructor(size: number) {
    this.size = size;
    this.#words = new Uint32Array(Math.ceil(size / 32));
  }

  /** How many positions the set holds. */
  get count(): number {
    return this.#count;
  }

  get isFull(): boolean {
    return this.#count === this.size;
  }

  /** Bytes of memory. */
  get bytes(): number {
    return this.#words.byteLength;
  }

  has(position: number): boolean {
    return (((this.#words[position >>> 5] ?? 0) >>> (position & 31)) & 1) === 1;
  }

  /** False when the position was there already. */
  add(position: number): boolean {
    if (this.has(position)) return false;
    this.#words[position >>> 5] = (this.#words[position >>> 5] ?? 0) | (1 << (position & 31));
    this.#count += 1;
    return true;
  }

  fill(): void {
    for (let position = 0; position < this.size; position++) this.add(position);
  }

  copy(): Bits {
    const copy = new Bits(this.size);
    copy.#words.set(this.#words);
    copy.#count = this.#count;
    return copy;
  }
}

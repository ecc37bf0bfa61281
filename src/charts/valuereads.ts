interface Node {
  readonly members: Map<string, Node>;
  /** All below it is read, whatever it is called. */
  isWhole: boolean;
}

const empty = (): Node => ({ members: new Map(), isWhole: false });

/** Which values the templates of a chart read, by their paths in the values of the chart at the top. */
export class ValueReads {
  readonly #root = empty();

  /** A value whose members are not read with it: a condition asks for no more than its truth. */
  look(path: readonly string[]): void {
    this.#at(path);
  }

  /** A value with all below it. */
  take(path: readonly string[]): void {
    this.#at(path).isWhole = true;
  }

  /** Whether it is read, by itself, with what it is part of, or for something below it. */
  has(path: readonly string[]): boolean {
    let node = this.#root;
    for (const key of path) {
      if (node.isWhole) return true;
      const next = node.members.get(key);
      if (!next) return false;
      node = next;
    }
    return true;
  }

  /** The members of a value that are read by their names. */
  namesAt(path: readonly string[]): readonly string[] {
    let node: Node | undefined = this.#root;
    for (const key of path) node = node?.members.get(key);
    return node ? [...node.members.keys()] : [];
  }

  #at(path: readonly string[]): Node {
    let node = this.#root;
    for (const key of path) {
      const next = node.members.get(key) ?? empty();
      node.members.set(key, next);
      node = next;
    }
    return node;
  }
}

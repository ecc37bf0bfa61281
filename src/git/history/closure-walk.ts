import { breather } from '../../base/mutex.ts';
import { eachIdIn, parseTag } from '../objects/object.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { Selection } from '../store/selection.ts';
import type { Oid } from '../types.ts';

/** A pack that is added as a whole once all its roots are reached. */
interface Awaited {
  readonly add: () => void;
  readonly needs: readonly Oid[];
  /** How many of its roots are still to be reached. */
  roots: number;
}

/**
 * Adds to a selection everything that some tips lead to. An object that the selection holds already is assumed to be there with all
 * that it leads to. Commits come first: once they have reached every root of a pack, the pack is added as a whole without reading
 * its folders, and the walk goes on from what the pack needs.
 */
export class Walk {
  /** Objects that the selection held already when the walk came upon them. */
  readonly met = new Set<Oid>();
  readonly #store: ObjectStore;
  readonly #objects: Selection;
  readonly #awaited = new Map<Oid, Awaited[]>();
  readonly #commits: Oid[] = [];
  /** Looked at after all commits. */
  readonly #folders: Oid[] = [];

  constructor(store: ObjectStore, objects: Selection) {
    this.#store = store;
    this.#objects = objects;
    for (const { links, add } of objects.incomplete) {
      const { roots, needs } = links;
      const awaited = { add, needs, roots: roots.length };
      for (const root of roots) this.#awaited.set(root, [...(this.#awaited.get(root) ?? []), awaited]);
    }
  }

  async from(tips: Iterable<Oid>): Promise<void> {
    for (const tip of tips) this.#come(tip);
    const breathe = breather(128);
    for (let oid = this.#commits.pop(); oid !== undefined; oid = this.#commits.pop()) {
      this.#visit(oid);
      await breathe();
    }
    const folders = this.#folders.filter((oid) => this.#objects.add(oid));
    for (let oid = folders.pop(); oid !== undefined; oid = folders.pop()) {
      const content = this.#store.readAs(oid, 'tree');
      eachIdIn(content, (at, isFolder) => {
        if (this.#objects.addAt(content, at) && isFolder) folders.push(content.toString('hex', at, at + 20));
      });
      await breathe();
    }
  }

  /** Puts an object of any type where it belongs. */
  #come(oid: Oid): void {
    if (this.#objects.has(oid)) {
      this.met.add(oid);
      return;
    }
    const type = this.#store.typeOf(oid);
    if (type === 'commit') this.#commits.push(oid);
    else if (type === 'tag') {
      this.#objects.add(oid);
      this.#reach(oid);
      this.#come(parseTag(oid, this.#store.readAs(oid, 'tag')).object);
    } else if (type === 'tree') this.#folders.push(oid);
    else this.#objects.add(oid);
  }

  #visit(commit: Oid): void {
    if (!this.#objects.add(commit)) {
      this.met.add(commit);
      return;
    }
    this.#reach(commit);
    const { tree, parents } = this.#store.node(commit);
    this.#folders.push(tree);
    this.#commits.push(...parents);
  }

  #reach(oid: Oid): void {
    for (const awaited of this.#awaited.get(oid) ?? []) {
      awaited.roots -= 1;
      if (awaited.roots > 0) continue;
      awaited.add();
      for (const need of awaited.needs) this.#come(need);
    }
  }
}

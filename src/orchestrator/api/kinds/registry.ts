import type { GroupVersionKind } from '../../../kube/values/types.ts';
import type { KindRegistry } from '../types.ts';
import type { Kind } from './kind.ts';

/** The rows that are served: the built-in ones, and those of custom resource definitions, which come and go. */
export class Registry implements KindRegistry {
  readonly #builtin: readonly Kind[];
  /** By the name of the definition. */
  readonly #custom = new Map<string, readonly Kind[]>();
  readonly #listeners = new Set<() => void>();
  #byPlural = new Map<string, Kind>();
  #byKind = new Map<string, Kind>();
  #all: readonly Kind[] = [];
  #generation = 0;

  constructor(builtin: readonly Kind[]) {
    this.#builtin = builtin;
    this.#index();
  }

  get generation(): number {
    return this.#generation;
  }

  all(): readonly Kind[] {
    return this.#all;
  }

  find(group: string, version: string, plural: string): Kind | undefined {
    return this.#byPlural.get(`${group}/${version}/${plural}`);
  }

  findKind({ group, version, kind }: GroupVersionKind): Kind | undefined {
    return this.#byKind.get(`${group}/${version}/${kind}`);
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Replaces what the definition serves; an empty list serves it no more. */
  setCustom(definition: string, kinds: readonly Kind[]): void {
    if (kinds.length > 0) this.#custom.set(definition, kinds);
    else if (!this.#custom.delete(definition)) return;
    this.#index();
    for (const listener of this.#listeners) listener();
  }

  #index(): void {
    const custom = [...this.#custom.values()].flat();
    // Built-in kinds keep their order; sorting is stable, so versions keep the preference of their definition.
    this.#all = [...this.#builtin, ...custom].sort((a, b) =>
      a.group < b.group ? -1 : a.group > b.group ? 1 : 0,
    );
    this.#byPlural = new Map(this.#all.map((k) => [`${k.group}/${k.version}/${k.plural}`, k]));
    this.#byKind = new Map(this.#all.map((k) => [`${k.group}/${k.version}/${k.kind}`, k]));
    this.#generation++;
  }
}

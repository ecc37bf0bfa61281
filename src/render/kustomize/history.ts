import { type FileTree, readText } from '../../base/filetree.ts';
import type { Place } from '../../base/place.ts';
import { isObject } from '../../kube/values/equal.ts';
import type { Json } from '../../kube/values/types.ts';
import type { Change } from '../../model/explanation.ts';
import { NO_ORIGIN, type Provenance } from '../provenance/origin.ts';
import { documentProvenance } from '../provenance/text.ts';
import type { Resource } from './resource/resource.ts';
import { toJson } from './yaml/json.ts';

/** What each step of a build has changed, of a build that is to explain its objects. */
export class History {
  readonly #leaves = new WeakMap<Resource, ReadonlyMap<string, string>>();
  readonly #changes = new WeakMap<Resource, Map<string, Change[]>>();

  /** Compares with what was there after the step before. What a first step finds has been read. */
  note(resources: readonly Resource[], change: Change): void {
    for (const resource of resources) {
      const before = this.#leaves.get(resource);
      const now = leavesOf(toJson(resource.node, resource.origin));
      this.#leaves.set(resource, now);
      if (!before) continue;
      const changes = this.#changes.get(resource) ?? new Map<string, Change[]>();
      for (const [pointer, value] of now)
        if (before.get(pointer) !== value) changes.set(pointer, [...(changes.get(pointer) ?? []), change]);
      this.#changes.set(resource, changes);
    }
  }

  /** The file that a resource was read from, and what has changed it since. */
  provenanceOf(resource: Resource, tree: FileTree): Provenance {
    const { file, line } = resource.origin;
    const place = (at: number): Place => ({ file, line: at });
    const text = readText(tree, file) ?? '';
    const written = documentProvenance({ text, place, ...(line === undefined ? {} : { line }) });
    return {
      field: (pointer) => {
        const changes = this.#changes.get(resource)?.get(pointer) ?? [];
        const origin = written.field(pointer);
        if (origin) return { ...origin, changes };
        return changes.length > 0 ? { ...NO_ORIGIN, changes } : undefined;
      },
    };
  }
}

function leavesOf(value: Json): Map<string, string> {
  const leaves = new Map<string, string>();
  const visit = (at: Json, pointer: string): void => {
    if (Array.isArray(at)) for (const [i, item] of at.entries()) visit(item, `${pointer}/${i}`);
    else if (isObject(at))
      for (const [key, member] of Object.entries(at))
        visit(member as Json, `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`);
    else leaves.set(pointer, JSON.stringify(at));
  };
  visit(value, '');
  return leaves;
}

import type { Place } from '../../../base/place.ts';
import { formatPlace } from '../../../base/place.ts';
import { refuse } from '../errors.ts';
import { encodeBase64 } from '../generators/data.ts';
import { fieldOf, isMissing, map, type Node, string, textOf } from '../yaml/node.ts';
import { describeId, effectiveNamespace, type ResourceId, sameId } from './id.ts';
import { isGone, type Resource } from './resource.ts';

/** Whether an id is meant. */
export type IdTest = (id: ResourceId) => boolean;

/** The resources of a build in the order of their appearance (api `resmap/reswrangler.go`). */
export class Resources {
  list: Resource[] = [];
  /** Effective namespace, group, version, kind and name → how many: adding one looks up, not through, all others. */
  #ids: Map<string, Resource> | undefined;

  /** @throws ProblemError where one of the same id is there */
  append(resource: Resource): void {
    const key = keyOf(resource.id);
    const ids = this.#index();
    const there = ids.get(key);
    if (there && sameId(there.id, resource.id)) throw repeated(resource, there);
    ids.set(key, resource);
    this.list.push(resource);
  }

  appendAll(resources: Iterable<Resource>): void {
    // Names have changed since the index was made.
    this.#ids = undefined;
    for (const resource of resources) this.append(resource);
    this.#ids = undefined;
  }

  replaceAll(resources: Iterable<Resource>): void {
    this.list = [];
    this.appendAll(resources);
  }

  #index(): Map<string, Resource> {
    this.#ids ??= new Map(this.list.map((resource) => [keyOf(resource.id), resource]));
    return this.#ids;
  }

  dropGone(): void {
    this.list = this.list.filter((resource) => !isGone(resource));
    this.#ids = undefined;
  }

  withCurrentId(test: IdTest): Resource[] {
    return this.list.filter(({ id }) => test(id));
  }

  withAnyId(test: IdTest): Resource[] {
    return this.list.filter(
      (resource) => !isGone(resource) && [...resource.previousIds, resource.id].some(test),
    );
  }

  /** The one that a patch means. @throws ProblemError */
  only(id: ResourceId, place: Place): Resource {
    const [first, ...others] = this.withAnyId((other) => sameId(id, other));
    if (!first) {
      throw refuse(
        `No resource matches the patch of ${describeId(id)}`,
        place,
        'Correct apiVersion, kind, name and namespace of the patch: they must be those of the resource as it is written.',
      );
    }
    if (others.length > 0) {
      throw refuse(
        `${others.length + 1} resources match the patch of ${describeId(id)}`,
        place,
        'Name the namespace in the patch, or select by target.',
      );
    }
    return first;
  }

  /** Adds a generated resource, or merges it into the one that it is for (`appendReplaceOrMerge`). @throws ProblemError */
  absorb(resource: Resource): void {
    const { id } = resource;
    const matches = this.withAnyId((other) => sameId(id, other));
    const [old, ...others] = matches;
    const { behavior } = resource.memory;
    if (others.length > 0)
      throw refuse(`${matches.length} resources could accept ${describeId(id)}`, resource.origin);
    if (!old) {
      this.#addNew(resource, behavior);
      return;
    }
    if (behavior !== 'merge' && behavior !== 'replace') {
      throw refuse(
        `${describeId(id)} exists already: ${formatPlace(old.origin)}`,
        resource.origin,
        'Set behavior: merge or behavior: replace on the generator, or give it another name.',
      );
    }
    if (behavior === 'replace') resource.takeMetadata(old);
    else mergeData(resource, old);
    this.list[this.list.indexOf(old)] = resource;
    this.#ids = undefined;
  }

  #addNew(resource: Resource, behavior: string): void {
    if (behavior === 'merge' || behavior === 'replace') {
      throw refuse(
        `There is no ${describeId(resource.id)} to ${behavior}`,
        resource.origin,
        'Set behavior: create, or name a resource that is there.',
      );
    }
    this.#ids = undefined;
    this.append(resource);
    this.#ids = undefined;
  }
}

const keyOf = (id: ResourceId): string =>
  JSON.stringify([effectiveNamespace(id), id.group, id.version, id.kind, id.name]);

function repeated(resource: Resource, there: Resource): Error {
  const where =
    formatPlace(there.origin) === formatPlace(resource.origin)
      ? ''
      : `, also in ${formatPlace(there.origin)}`;
  return refuse(
    `${describeId(resource.id)} is there twice${where}`,
    resource.origin,
    'Remove one of them, or change one by a patch.',
  );
}

/** Whatever is merged into it, an object stays of where it was written. */
const ORIGIN = 'config.kubernetes.io/origin';

/** The data of both, that of the generator first; stringData of a Secret counts as data. */
function mergeData(resource: Resource, old: Resource): void {
  const data = dataOf(old.node, 'data');
  if (resource.apiVersion === 'v1' && resource.kind === 'Secret') {
    for (const [key, value] of fieldOf(old.node, 'stringData')?.fields ?? [])
      data.set(key, encodeBase64(Buffer.from(textOf(value))));
  }
  const origin = old.annotations.get(ORIGIN);
  resource.takeMetadata(old);
  if (origin !== undefined) resource.setAnnotations(new Map([...resource.annotations, [ORIGIN, origin]]));
  setData(resource.node, 'data', new Map([...data, ...dataOf(resource.node, 'data')]));
  const binary = new Map([...dataOf(old.node, 'binaryData'), ...dataOf(resource.node, 'binaryData')]);
  setData(resource.node, 'binaryData', binary);
}

function dataOf(node: Node, name: string): Map<string, string> {
  const found = fieldOf(node, name);
  if (isMissing(found)) return new Map();
  return new Map([...found.fields].map(([key, value]) => [key, textOf(value)]));
}

function setData(node: Node, name: string, data: ReadonlyMap<string, string>): void {
  node.fields.delete(name);
  if (data.size > 0) node.fields.set(name, map([...data].map(([key, text]) => [key, string(text)])));
}

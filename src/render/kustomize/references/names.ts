import type { FieldSpec, NameReference } from '../config/types.ts';
import { refuse } from '../errors.ts';
import {
  describeId,
  effectiveNamespace,
  type Gvk,
  gvkOf,
  isSelected,
  NO_NAMESPACE,
  sameNamespace,
} from '../resource/id.ts';
import type { Resource } from '../resource/resource.ts';
import { changeField } from '../transformers/fieldspec.ts';
import { fieldOf, isMissing, type Node, scalar, setField, textOf } from '../yaml/node.ts';

/**
 * Names that have changed are changed where they are referred to (api `filters/nameref`): a Deployment says `web-config`, and means
 * the ConfigMap that is `dev-web-config-5h9tc2k7gk` by now.
 */
export function followNames(resources: readonly Resource[], references: readonly NameReference[]): void {
  for (const referrer of resources) {
    const id = referrer.originalId;
    const due = references.flatMap((target) =>
      target.fieldSpecs.filter((field) => isSelected(id, field)).map((field) => ({ target, field })),
    );
    if (due.length === 0) continue;
    const candidates = reachable(referrer, resources);
    for (const { target, field } of due) new Reference(referrer, target, field, candidates).follow();
  }
}

/** What a resource may refer to: what is in its namespace, and what is in none. A binding has subjects elsewhere, too. */
function reachable(referrer: Resource, resources: readonly Resource[]): readonly Resource[] {
  const { id } = referrer;
  if (id.isCluster) return resources;
  const elsewhere = subjectNamespaces(referrer);
  return resources.filter((resource) => {
    const other = resource.id;
    return other.isCluster || sameNamespace(other, id) || elsewhere.has(resource.namespace);
  });
}

function subjectNamespaces({ kind, node }: Resource): ReadonlySet<string> {
  const subjects = kind === 'RoleBinding' ? fieldOf(node, 'subjects') : undefined;
  const accounts = (subjects?.items ?? []).filter(
    (subject) => textOf(fieldOf(subject, 'kind')) === 'ServiceAccount' && fieldOf(subject, 'namespace'),
  );
  return new Set(accounts.map((subject) => textOf(fieldOf(subject, 'namespace'))));
}

class Reference {
  readonly #referrer: Resource;
  readonly #target: Gvk;
  readonly #field: FieldSpec;
  readonly #candidates: readonly Resource[];

  constructor(referrer: Resource, target: Gvk, field: FieldSpec, candidates: readonly Resource[]) {
    this.#referrer = referrer;
    this.#target = target;
    this.#field = field;
    this.#candidates = candidates;
  }

  follow(): void {
    const field = { ...this.#field, ...this.#referrer.gvk, create: false };
    changeField(this.#referrer, field, (node) => this.#change(node));
  }

  #change(node: Node): void {
    if (isMissing(node)) return;
    for (const item of node.kind === 'list' ? node.items : [node]) {
      if (isMissing(item)) continue;
      if (item.kind === 'list') throw this.#refuse('leads to a list of lists', item);
      if (item.kind === 'map') this.#changeMap(item);
      else this.#changeName(item);
    }
  }

  #changeName(node: Node): void {
    const found = this.#find(node.text, this.#candidates, (a, b) => a.name === b.name);
    if (found && found.name !== node.text) node.become(scalar(found.name));
  }

  /** Name and namespace together, as of a subject. */
  #changeMap(node: Node): void {
    const name = node.fields.get('name');
    if (!name) throw this.#refuse('leads to a map without a name', node);
    const candidates = this.#ofNamespace(node.fields.get('namespace'));
    const same = (a: Resource, b: Resource): boolean => a.name === b.name && a.namespace === b.namespace;
    const found = this.#find(name.text, candidates, same);
    if (!found || (found.name === name.text && found.namespace === '')) return;
    setField(node, 'name', scalar(found.name));
    if (found.namespace !== '') setField(node, 'namespace', scalar(found.namespace));
  }

  #ofNamespace(node: Node | undefined): readonly Resource[] {
    if (!node) return this.#candidates;
    if (node.text === NO_NAMESPACE) return [];
    const originally = this.#candidates.filter(
      ({ originalId }) => effectiveNamespace(originalId) === node.text,
    );
    if (originally.length > 0) return originally;
    return this.#candidates.filter(({ id }) => effectiveNamespace(id) === node.text);
  }

  /** The resource that was called so, of the kind, within reach; of several, the one with the same prefixes and suffixes. */
  #find(
    name: string,
    candidates: readonly Resource[],
    isSame: (a: Resource, b: Resource) => boolean,
  ): Resource | undefined {
    const role = this.#role();
    let found = candidates.filter(
      (one) =>
        one.memory.previous.some((id) => id.name === name) &&
        one.previousIds.some((id) => isSelected(id, this.#target)) &&
        (!role || one.previousIds.some((id) => isSelected(id, role))) &&
        this.#isNear(one),
    );
    if (found.length === 1) return found[0];
    found = found.filter((one) => sameAffixes(one, this.#referrer, true));
    if (found.length > 1) found = found.filter((one) => sameAffixes(one, this.#referrer, false));
    const [first, ...others] = found;
    if (first && others.some((other) => !isSame(first, other))) throw this.#ambiguous(name, found);
    return first;
  }

  /** A roleRef says itself which kind it means. */
  #role(): Gvk | undefined {
    if (!this.#field.path.endsWith('roleRef/name')) return undefined;
    const ref = fieldOf(this.#referrer.node, 'roleRef');
    const [group, kind] = [fieldOf(ref, 'apiGroup'), fieldOf(ref, 'kind')];
    return group && kind ? { ...gvkOf('', kind.text), group: group.text } : undefined;
  }

  #isNear(candidate: Resource): boolean {
    const [id, other] = [this.#referrer.id, candidate.id];
    return id.isCluster || other.isCluster || candidate.kind === 'ServiceAccount' || sameNamespace(id, other);
  }

  #ambiguous(name: string, found: readonly Resource[]): Error {
    return refuse(
      `${describeId(this.#referrer.id)} refers to ${name} at ${this.#field.path}, and ${found.length} resources may be meant: ${found.map(({ id }) => describeId(id)).join(', ')}`,
      this.#referrer.origin,
      'Give them different names before they are prefixed.',
    );
  }

  #refuse(what: string, node: Node): Error {
    const { origin } = this.#referrer;
    return refuse(
      `The path ${this.#field.path}, at which ${describeId(this.#referrer.id)} may refer to a ${this.#target.kind}, ${what}`,
      node.line === undefined ? origin : { file: origin.file, line: node.line },
    );
  }
}

/** Whether two resources went through the same kustomizations, as far as the shorter list goes. */
function sameAffixes(a: Resource, b: Resource, allowNone: boolean): boolean {
  return (['prefixes', 'suffixes'] as const).every((affixes) => {
    const [one, other] = [a.memory[affixes], b.memory[affixes]];
    return (allowNone && (one.length === 0 || other.length === 0)) || endAlike(one, other);
  });
}

function endAlike(a: readonly string[], b: readonly string[]): boolean {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  if (short.length === 0) return long.length === 0;
  return short.every((affix, i) => affix === long[long.length - short.length + i]);
}

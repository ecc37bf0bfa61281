export type Kind = 'map' | 'list' | 'scalar';

/** What scalars share: most nodes are some, and a map for each would be most of the memory. */
const NO_FIELDS = new Map<string, Node>();
const NO_ITEMS: Node[] = [];

/**
 * A node of YAML as kustomize changes it (go.yaml.in/yaml/v3 `Node`): scalars keep their text, their tag and whether they are quoted,
 * as all of these decide what a changed value is read as in the end. Nodes are changed in place; a build owns those that it has read.
 */
export class Node {
  kind: Kind;
  /** `!!str`, `!!int`, `!!null` …; '': whatever the text looks like. */
  tag = '';
  text = '';
  /** Any style but plain: the text is a string, whatever it looks like. */
  quoted = false;
  fields: Map<string, Node>;
  items: Node[];
  /** From 1, of the file that it was read from. */
  line: number | undefined;

  constructor(kind: Kind) {
    this.kind = kind;
    this.fields = kind === 'map' ? new Map() : NO_FIELDS;
    this.items = kind === 'list' ? [] : NO_ITEMS;
  }

  /** Becomes empty, of that kind. */
  turnInto(kind: Kind): void {
    this.kind = kind;
    this.tag = '';
    this.text = '';
    this.fields = kind === 'map' ? new Map() : NO_FIELDS;
    this.items = kind === 'list' ? [] : NO_ITEMS;
  }

  /** Becomes what another node is; the line stays, and so does the style of a scalar (kyaml `FieldSetter`). */
  become(other: Node): void {
    const { quoted } = this;
    const isStyled = this.kind === 'scalar' && other.kind === 'scalar';
    this.kind = other.kind;
    this.tag = other.tag;
    this.text = other.text;
    this.fields = other.fields;
    this.items = other.items;
    this.quoted = isStyled ? quoted : other.quoted;
  }

  copy(): Node {
    const copy = new Node(this.kind);
    copy.tag = this.tag;
    copy.text = this.text;
    copy.quoted = this.quoted;
    copy.line = this.line;
    for (const [key, value] of this.fields) copy.fields.set(key, value.copy());
    if (this.kind === 'list') copy.items = this.items.map((item) => item.copy());
    return copy;
  }
}

export function scalar(text: string, tag = ''): Node {
  const node = new Node('scalar');
  node.text = text;
  node.tag = tag;
  return node;
}

export const string = (text: string): Node => scalar(text, '!!str');

export const map = (entries: Iterable<readonly [string, Node]> = []): Node => {
  const node = new Node('map');
  for (const [key, value] of entries) node.fields.set(key, value);
  return node;
};

export const list = (items: readonly Node[] = []): Node => {
  const node = new Node('list');
  node.items = [...items];
  return node;
};

export const isNull = (node: Node): boolean => node.kind === 'scalar' && node.tag === '!!null';

/** Absent, or null. */
export const isMissing = (node: Node | undefined): node is undefined => node === undefined || isNull(node);

export const isEmpty = (node: Node | undefined): boolean =>
  isMissing(node) ||
  (node.kind === 'map' && node.fields.size === 0) ||
  (node.kind === 'list' && node.items.length === 0);

export const isEmptyMap = (node: Node | undefined): boolean =>
  isMissing(node) || (node.kind === 'map' && node.fields.size === 0);

export const isString = (node: Node): boolean =>
  node.kind === 'scalar' && (node.tag === '!!str' || (node.tag === '' && node.quoted));

/** The text of a scalar; '' for null, maps and lists. */
export const textOf = (node: Node | undefined): string => (isMissing(node) ? '' : node.text);

/** A member of a map; undefined for whatever is no map. */
export const fieldOf = (node: Node | undefined, name: string): Node | undefined =>
  node?.kind === 'map' ? node.fields.get(name) : undefined;

/**
 * Sets a member; null removes it. A scalar that is there keeps its style: a number that comes in the place of a quoted text is
 * text, too, and so a port of a ConfigMap can be patched as a number (kyaml `FieldSetter`).
 */
export function setField(target: Node, name: string, value: Node | undefined): void {
  if (target.kind !== 'map') target.turnInto('map');
  if (isMissing(value)) {
    target.fields.delete(name);
    return;
  }
  const there = target.fields.get(name);
  if (there === undefined) target.fields.set(name, value);
  else if (there !== value) there.become(value);
}

/** The member of that name, made where it is absent. */
export function fieldOrNew(target: Node, name: string, kind: Kind): Node {
  const there = target.fields.get(name);
  if (there) return there;
  const made = new Node(kind);
  if (target.kind !== 'map') target.turnInto('map');
  target.fields.set(name, made);
  return made;
}

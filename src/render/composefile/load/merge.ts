import { entriesOf, isNull, listAt, type MapNode, mapAt, type Node, scalarAt } from './node.ts';

/** The path of a node in a project, as `services.*.ports`: names under services, networks and the like are `*`. */
type Path = readonly string[];

type Merge = (under: Node, over: Node, path: Path) => Node;

/**
 * What two files, or a service and the one that it extends, come to. The rules are the specification's (13-merge.md) as compose-go's package
 * override has them: maps are merged, lists joined and freed of what has the same key, the rest is replaced.
 */
export function mergeNodes(under: Node, over: Node, path: Path = []): Node {
  if (over.tag === 'reset') return scalarAt(over, null);
  if (over.tag === 'override') return over;
  const special = MERGES[keyOf(path)];
  if (special && !isNull(under) && !isNull(over)) return special(under, over, path);
  if (isNull(over)) return under;
  if (under.kind === 'map' && over.kind === 'map') return mergeMaps(under, over, path);
  if (under.kind === 'list' && over.kind === 'list') return joined(under.items, over, path);
  return over;
}

function mergeMaps(under: MapNode, over: MapNode, path: Path): MapNode {
  const entries = new Map(under.entries);
  for (const [key, value] of over.entries) {
    const below = entries.get(key);
    const merged = below ? mergeNodes(below, value, [...path, key]) : value;
    if (value.tag === 'reset') entries.delete(key);
    else entries.set(key, merged);
  }
  return mapAt(under, entries);
}

/** Names that users choose are at the second level. */
const keyOf = (path: Path): string => path.map((part, depth) => (depth === 1 ? '*' : part)).join('.');

const replace: Merge = (_under, over) => over;

/** A list of texts `KEY=value`, or a map, as such a list. */
function sequenceOf(node: Node): readonly Node[] {
  if (node.kind === 'list') return node.items;
  if (node.kind === 'scalar') return [node];
  return entriesOf(node).flatMap(([key, value]) => {
    if (value.kind === 'list') return value.items.map((item) => pair(key, item));
    return [isNull(value) ? scalarAt(value, key) : pair(key, value)];
  });
}

const pair = (key: string, value: Node): Node =>
  scalarAt(value, `${key}=${value.kind === 'scalar' ? String(value.value ?? '') : ''}`);

const toSequence: Merge = (under, over, path) =>
  joined(sequenceOf(under), listAt(over, sequenceOf(over)), path);

function joined(under: readonly Node[], over: Node, path: Path): Node {
  const items = [...under, ...(over.kind === 'list' ? over.items : [])];
  const keyed = UNIQUE[keyOf(path)];
  return listAt(over, keyed ? unique(items, keyed) : items);
}

/** The last of those with the same key, in the place of the first. */
function unique(items: readonly Node[], key: (item: Node) => string): readonly Node[] {
  const found = new Map<string, Node>();
  for (const item of items) found.set(key(item), item);
  return [...found.values()];
}

/** A list of names, or a map of them: the latter. */
function mappingOf(node: Node): MapNode {
  if (node.kind === 'map') return node;
  const names = node.kind === 'list' ? node.items : [];
  return mapAt(
    node,
    names.map((item) => [textOf(item), scalarAt(item, null)] as const),
  );
}

const asMapping: Merge = (under, over, path) => mergeMaps(mappingOf(under), mappingOf(over), path);

const contextOf = (node: Node): MapNode =>
  node.kind === 'map' ? node : mapAt(node, [['context', node] as const]);

/** Options of a driver are none of another. */
const logging: Merge = (under, over, path) => {
  if (under.kind !== 'map' || over.kind !== 'map') return over;
  const [before, after] = [under, over].map((node) => textOf(node.entries.get('driver')));
  return !before || !after || before === after ? mergeMaps(under, over, path) : over;
};

const textOf = (node: Node | undefined): string =>
  node?.kind === 'scalar' && node.value !== null ? String(node.value) : '';

const S = 'services.*';
const SEQUENCES = [
  ...[
    'annotations',
    'build.args',
    'build.additional_contexts',
    'build.labels',
    'deploy.labels',
    'dns',
    'dns_opt',
  ],
  ...['dns_search', 'env_file', 'label_file', 'environment', 'labels', 'sysctls', 'tmpfs', 'extra_hosts'],
].map((key) => `${S}.${key}`);

const MERGES: Readonly<Record<string, Merge>> = {
  ...Object.fromEntries(
    [...SEQUENCES, 'networks.*.labels', 'volumes.*.labels'].map((key) => [key, toSequence]),
  ),
  ...Object.fromEntries(['command', 'entrypoint', 'healthcheck.test'].map((key) => [`${S}.${key}`, replace])),
  ...Object.fromEntries(['depends_on', 'networks', 'models'].map((key) => [`${S}.${key}`, asMapping])),
  [`${S}.build`]: (under, over, path) => mergeMaps(contextOf(under), contextOf(over), path),
  [`${S}.logging`]: logging,
};

const beforeEquals = (item: Node): string => textOf(item).replace(/=[\s\S]*$/, '');

const partOf = (item: Node, key: string): string =>
  textOf(item.kind === 'map' ? item.entries.get(key) : undefined);

/** The folder or file in the container. */
function targetOf(item: Node): string {
  if (item.kind === 'map') return partOf(item, 'target');
  const parts = textOf(item).split(':');
  return (parts.length > 1 ? parts[1] : parts[0]) ?? '';
}

const portOf = (item: Node): string =>
  item.kind === 'map'
    ? `${partOf(item, 'host_ip') || '0.0.0.0'}:${partOf(item, 'published')}:${partOf(item, 'target')}/${partOf(item, 'protocol') || 'tcp'}`
    : textOf(item);

const mountOf =
  (folder: string) =>
  (item: Node): string =>
    item.kind === 'map'
      ? partOf(item, 'target') || `${folder}/${partOf(item, 'source')}`
      : `${folder}/${textOf(item)}`;

const UNIQUE: Readonly<Record<string, (item: Node) => string>> = {
  ...Object.fromEntries(
    [...SEQUENCES, ...['cap_add', 'cap_drop', 'expose', 'links', 'profiles'].map((key) => `${S}.${key}`)].map(
      (key) => [key, beforeEquals],
    ),
  ),
  [`${S}.extra_hosts`]: textOf,
  [`${S}.env_file`]: (item) => (item.kind === 'map' ? partOf(item, 'path') : textOf(item)),
  [`${S}.volumes`]: targetOf,
  [`${S}.devices`]: targetOf,
  [`${S}.configs`]: mountOf(''),
  [`${S}.secrets`]: mountOf('/run/secrets'),
  [`${S}.ports`]: portOf,
};

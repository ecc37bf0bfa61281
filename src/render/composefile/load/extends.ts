import { folderOf, type Loading, merge, readComposeFile, resolvePath } from './files.ts';
import type { Lookup } from './interpolate.ts';
import { entriesOf, type MapNode, mapAt, member, type Node } from './node.ts';
import { refuse } from './report.ts';

/** Longer chains help nobody, and a circle is one. */
const LONGEST = 32;

interface Scope {
  readonly loading: Loading;
  readonly lookup: Lookup;
  readonly file: string;
  readonly services: ReadonlyMap<string, Node>;
}

/** A project in which each service holds what it extends (specification, 05-services.md, `extends`). */
export function applyExtends(loading: Loading, root: MapNode, file: string, lookup: Lookup): MapNode {
  const services = member(root, 'services');
  if (services?.kind !== 'map') return root;
  const scope: Scope = { loading, lookup, file, services: services.entries };
  const entries = entriesOf(services).map(
    ([name, service]) => [name, extended(scope, name, service, [])] as const,
  );
  return mapAt(root, [...root.entries, ['services', mapAt(services, entries)]]);
}

function extended(scope: Scope, name: string, service: Node, chain: readonly string[]): Node {
  const at = member(service, 'extends');
  if (at === undefined || service.kind !== 'map') return service;
  const { report } = scope.loading;
  const here = `${name} (${scope.file})`;
  if (chain.includes(here) || chain.length > LONGEST) {
    refuse(
      report,
      at,
      'ExtendsCycle',
      `extends goes round: ${[...chain, here].join(' → ')}`,
      'Break the circle.',
    );
    return service;
  }
  const base = baseOf(scope, at);
  if (!base) return service;
  const full = extended(base.scope, base.name, base.service, [...chain, here]);
  const merged = merge(scope.loading, without(full, 'extends'), without(service, 'extends'), [
    'services',
    name,
  ]);
  return { ...merged, place: service.place };
}

const without = (node: Node, key: string): Node =>
  node.kind === 'map'
    ? mapAt(
        node,
        [...node.entries].filter(([name]) => name !== key),
      )
    : node;

interface Base {
  readonly scope: Scope;
  readonly name: string;
  readonly service: Node;
}

function baseOf(scope: Scope, at: Node): Base | undefined {
  const { loading } = scope;
  const name = textOf(at) ?? textOf(member(at, 'service'));
  if (name === undefined)
    return refuse(
      loading.report,
      at,
      'InvalidCompose',
      'extends names no service',
      'Write extends: {service: NAME}.',
    );
  const file = textOf(member(at, 'file'));
  const inner = file === undefined ? scope : otherFile(scope, at, file);
  if (!inner) return undefined;
  const service = inner.services.get(name);
  if (service) return { scope: inner, name, service };
  const known = [...inner.services.keys()].join(', ');
  return refuse(
    loading.report,
    at,
    'UnknownService',
    `extends the service ${name}, which ${inner.file} does not have`,
    `It has: ${known}.`,
  );
}

function otherFile({ loading, lookup }: Scope, at: Node, path: string): Scope | undefined {
  const file = resolvePath(at.base, path);
  if (file === undefined)
    return refuse(
      loading.report,
      at,
      'PathOutside',
      `${path} is outside of the repository`,
      'Copy it into the folder.',
    );
  const root = readComposeFile(loading, { file, base: folderOf(file), lookup, at });
  const services = member(root, 'services');
  return root && { loading, lookup, file, services: services?.kind === 'map' ? services.entries : new Map() };
}

const textOf = (node: Node | undefined): string | undefined =>
  node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined;

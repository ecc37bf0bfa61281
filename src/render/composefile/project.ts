import type { FileTree } from '../../base/filetree.ts';
import { dns1035Label } from '../../kube/values/names.ts';
import { checkProject } from './load/check.ts';
import type { Lookup } from './load/interpolate.ts';
import { type Loaded, type LoadRequest, loadProject } from './load/load.ts';
import { entriesOf, type MapNode, mapAt, member, type Node } from './load/node.ts';
import { type Report, refuse, warn } from './load/report.ts';
import { Fields } from './read/fields.ts';

/** A service that is active: it has no profile, or one of those that are asked for. */
export interface Service {
  /** As it is written, and as others name it. */
  readonly name: string;
  /** Of its objects. */
  readonly object: string;
  readonly at: MapNode;
  readonly fields: Fields;
}

/** What a compose project is rendered from. */
export interface Project {
  readonly tree: FileTree;
  /** Folder of the app, '' for the root. */
  readonly path: string;
  readonly file: string;
  readonly root: MapNode;
  readonly services: ReadonlyMap<string, Service>;
  /** Services that no profile asks for. */
  readonly inactive: ReadonlySet<string>;
  readonly lookup: Lookup;
  readonly loaded: Loaded;
  readonly report: Report;
  /** Names of objects by kind, and what has them. */
  readonly names: Map<string, string>;
}

/** The project of a folder with the services that its profiles make active; undefined after a complaint. */
export function readProject(request: LoadRequest, report: Report): Project | undefined {
  const loaded = loadProject(request, report);
  if (!loaded) return undefined;
  const { lookup, file } = loaded;
  const all = member(loaded.root, 'services');
  if (all?.kind !== 'map' || all.entries.size === 0)
    return refuse(
      report,
      all ?? loaded.root,
      'NoServices',
      `${file} has no services`,
      'Write them under services: as in services: {web: {image: nginx}}; files of version 1, which have none, are not read.',
    );
  const profiles = (lookup('COMPOSE_PROFILES') ?? '').split(',').map((name) => name.trim());
  const isActive = (_name: string, service: Node) => hasProfile(service, profiles);
  const active = entriesOf(all).filter(([name, service]) => isActive(name, service));
  const root = mapAt(loaded.root, [...loaded.root.entries, ['services', mapAt(all, active)]]);
  checkProject(root, report);
  return {
    ...{ tree: request.tree, path: request.path, file, root, lookup, loaded, report },
    services: servicesOf(active, report),
    names: new Map(),
    inactive: new Set([...all.entries.keys()].filter((name) => !active.some(([known]) => known === name))),
  };
}

function hasProfile(service: Node, active: readonly string[]): boolean {
  const profiles = member(service, 'profiles');
  if (profiles?.kind !== 'list' || profiles.items.length === 0 || active.includes('*')) return true;
  return profiles.items.some((item) => item.kind === 'scalar' && active.includes(String(item.value)));
}

function servicesOf(
  entries: readonly (readonly [string, Node])[],
  report: Report,
): ReadonlyMap<string, Service> {
  const services = new Map<string, Service>();
  const owners = new Map<string, string>();
  for (const [name, at] of entries) {
    if (at.kind !== 'map') {
      refuse(report, at, 'InvalidCompose', `services.${name} must be a map`, 'Write NAME: {image: …}.');
      continue;
    }
    const object = objectName(name);
    const owner = owners.get(object);
    if (dns1035Label(object) !== undefined)
      refuse(
        report,
        at,
        'InvalidName',
        `${name} cannot be the name of a Service`,
        'Begin it with a letter, 63 at most.',
      );
    else if (owner !== undefined)
      refuse(report, at, 'InvalidName', `${name} and ${owner} would both be called ${object}`, 'Rename one.');
    else if (object !== name)
      warn(
        report,
        at,
        'Renamed',
        `${name} is reached as ${object}: names of the cluster have no capitals, _ or .`,
      );
    owners.set(object, name);
    services.set(name, { name, object, at, fields: new Fields(at, report, `services.${name}`) });
  }
  return services;
}

/** A name as the cluster takes it: lower case, `-` in the place of what is neither letter nor digit. */
export const objectName = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 63)
    .replace(/-$/, '');

import type { Clock } from '../../../base/clock.ts';
import { problemOf } from '../../../base/errors.ts';
import { serviceAccountUser } from '../../../kube/client/serviceaccount.ts';
import { listAt, objectAt, objectsAt } from '../../../kube/kinds/checks/read.ts';
import type { JsonObject } from '../../../kube/values/types.ts';
import type { RemoteResource, RemoteVersion } from '../wire/remoteversion.ts';
import type { RemoteServers } from './connection.ts';
import { askServer } from './documents.ts';

/** What is left of a namespace at aggregated API servers. */
export interface Emptied {
  readonly remainders: readonly {
    readonly resource: string;
    readonly count: number;
    readonly finalizers: Readonly<Record<string, number>>;
  }[];
  readonly failures: readonly string[];
  readonly undiscovered: readonly string[];
}

const NEEDED = ['list', 'deletecollection'];
/** Who empties namespaces, whatever server is asked. */
const CONTROLLER = serviceAccountUser('kube-system', 'namespace-controller');
/** So much is counted of what is left. */
const PAGE = 500;

/** Deletes the objects of a namespace at every aggregated API server, and tells what is left. Never rejects. */
export async function emptyNamespace(
  namespace: string,
  servers: RemoteServers,
  clock: Clock,
): Promise<Emptied> {
  const versions = servers.versions();
  const stale = versions.filter(({ isFresh }) => !isFresh).map(({ group, version }) => `${group}/${version}`);
  const outcomes = await Promise.all(
    versions
      .filter(({ isFresh }) => isFresh)
      .flatMap((one) => one.resources.filter(isEmptiable).map((resource) => empty(one, resource))),
  );
  return {
    remainders: outcomes.flatMap((outcome) => (outcome && typeof outcome !== 'string' ? outcome : [])),
    failures: outcomes.flatMap((outcome) => (typeof outcome === 'string' ? outcome : [])),
    undiscovered: stale.map((one) => `${one}: stale GroupVersion discovery: ${one}`),
  };

  /** What is left, or why that is not known; undefined: nothing. */
  async function empty({ group, version }: RemoteVersion, { resource }: RemoteResource) {
    const segments = [group, version, 'namespaces', namespace, resource].map(encodeURIComponent);
    const path = `/apis/${segments.join('/')}`;
    const server = servers.serverFor(group, version);
    if (!server) return undefined;
    const ask = (method: 'GET' | 'DELETE', path: string) =>
      askServer(server, { method, path, user: CONTROLLER }, clock);
    try {
      await ask('DELETE', path);
      const items = objectsAt(await ask('GET', `${path}?limit=${PAGE}`), 'items');
      if (items.length === 0) return undefined;
      return { resource: `${resource}.${group}`, count: items.length, finalizers: finalizersOf(items) };
    } catch (error) {
      return `${resource}.${group}: ${problemOf(error).message}`;
    }
  }
}

const isEmptiable = ({ scope, verbs }: RemoteResource): boolean =>
  scope === 'Namespaced' && NEEDED.every((verb) => verbs.includes(verb));

function finalizersOf(items: readonly JsonObject[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const finalizer of items.flatMap((item) => listAt(objectAt(item, 'metadata'), 'finalizers')))
    if (typeof finalizer === 'string') counts[finalizer] = (counts[finalizer] ?? 0) + 1;
  return counts;
}

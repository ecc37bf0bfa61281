import { problemOf } from '../../../base/errors.ts';
import { objectAt, textAt } from '../../../kube/kinds/checks/read.ts';
import type { Service } from '../../../kube/kinds/objects.data.ts';
import { namespacePrefix } from '../../store/keys.ts';
import type { Store } from '../../store/types.ts';
import { type Address, addressesOf, slicesOf } from '../kinds/serviceendpoints.ts';
import { type RemoteResource, remoteResources } from '../wire/remoteversion.ts';
import { type Finding, failedDiscovery, obstacleAt, PASSED } from './availability.ts';
import { type ConnectionOptions, connectTo } from './connection.ts';
import { askFor } from './documents.ts';
import { dnsName, type RemoteService } from './remoteservices.ts';

/** Kubernetes' own name for who looks after aggregated servers, and the time that it gives them. */
const LOOKER = { name: 'system:kube-aggregator', groups: ['system:masters'] };
const TIMEOUT_MS = 5_000;
/** Endpoints that are asked: the first that answers is enough. */
const MOST_ASKED = 5;

export interface Probe {
  readonly finding: Finding;
  /** What it serves; absent: it has not said. */
  readonly resources?: readonly RemoteResource[];
  readonly openApiUrl?: string;
}

interface ProbeOptions extends ConnectionOptions {
  readonly store: Pick<Store, 'get' | 'list'>;
}

/** Looks whether a server is there behind an APIService, and what it says that it serves. Never rejects. */
export async function probe(remote: RemoteService, options: ProbeOptions): Promise<Probe> {
  const { store } = options;
  const { namespace, name } = remote.service;
  const service = store.get(`${namespacePrefix('', 'services', namespace)}${name}`)?.object as
    | Service
    | undefined;
  const obstacle = obstacleAt(remote.service, service, service ? slicesOf(store, service) : []);
  if (obstacle) return { finding: obstacle };
  const addresses = addressesOf(store, remote.service);
  if (typeof addresses === 'string') return { finding: failedDiscovery(addresses) };
  const asked = addresses.slice(0, MOST_ASKED).map((address) => ask(address, remote, options));
  return Promise.any(asked).catch(({ errors }: AggregateError) => ({
    finding: failedDiscovery(problemOf(errors[0]).message),
  }));
}

async function ask(address: Address, remote: RemoteService, options: ProbeOptions): Promise<Probe> {
  const { group, version, service } = remote;
  const question = { method: 'GET', host: dnsName(service), user: LOOKER, timeoutMs: TIMEOUT_MS } as const;
  const get = async (path: string) =>
    askFor(await connectTo(address, remote, options), { ...question, path }, options.clock);
  const path = `/apis/${group}/${version}`;
  const list = await get(path).catch((error: unknown) => {
    const url = `https://${address.host}:${address.port}${path}`;
    throw new Error(`failing or missing response from ${url}: ${problemOf(error).message}`);
  });
  const resources = remoteResources(list, group, version);
  // Not every server has OpenAPI documents of this kind.
  const index = await get('/openapi/v3').catch(() => ({}));
  const openApiUrl = textAt(objectAt(objectAt(index, 'paths'), path.slice(1)), 'serverRelativeURL');
  const isOwn = openApiUrl.split('?')[0] === `/openapi/v3${path}`;
  return { finding: PASSED, resources, ...(isOwn ? { openApiUrl } : {}) };
}

import type { APIService } from '../../../kube/kinds/objects.data.ts';
import { API_SERVICES } from '../../../kube/kinds/resources.data.ts';
import { collectionPrefix } from '../../store/keys.ts';
import type { Store } from '../../store/types.ts';
import type { ServicePort } from '../kinds/serviceendpoints.ts';
import type { KindRegistry } from '../types.ts';
import { servesItself } from '../wire/discovery.ts';

interface World {
  readonly store: Pick<Store, 'get' | 'list'>;
  readonly kinds: KindRegistry;
}

const PREFIX = collectionPrefix(API_SERVICES.group, API_SERVICES.plural);

export interface RemoteService {
  readonly apiService: APIService;
  readonly group: string;
  readonly version: string;
  readonly service: ServicePort;
}

/** What an APIService gives to another server; undefined: nothing. What is served here is never given away. */
export function remoteServiceOf(apiService: APIService, kinds: KindRegistry): RemoteService | undefined {
  const { group = '', version = '', service } = apiService.spec;
  if (!service || group === '' || servesItself(kinds, group, version)) return undefined;
  const { namespace = '', name = '', port = 443 } = service;
  return { apiService, group, version, service: { namespace, name, port } };
}

export function findRemoteService(
  { store, kinds }: World,
  group: string,
  version: string,
): RemoteService | undefined {
  const found = store.get(`${PREFIX}${version}.${group}`)?.object;
  const remote = found && remoteServiceOf(found as APIService, kinds);
  // `v1.sea.example.com` is also what v1.sea of example.com would be called.
  return remote?.group === group ? remote : undefined;
}

export function remoteServices({ store, kinds }: World): readonly RemoteService[] {
  return store.list(PREFIX).flatMap(({ object }) => remoteServiceOf(object as APIService, kinds) ?? []);
}

/** The name in its certificate. */
export const dnsName = ({ name, namespace }: ServicePort): string => `${name}.${namespace}.svc`;

export const isAvailable = ({ status }: APIService): boolean =>
  status?.conditions?.some(({ type, status: is }) => type === 'Available' && is === 'True') === true;

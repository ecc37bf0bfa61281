import { request as httpsRequest } from 'node:https';
import { CUSTOM_RESOURCE_DEFINITIONS, NAMESPACES } from '../../../../src/kube/kinds/resources.data.ts';
import type { KubeObject, Resource } from '../../../../src/kube/values/types.ts';
import { customDefinition, customVersion } from '../definition.ts';
import { startHttpsServer } from '../httpserver.ts';
import { type AggregatedWorld, type Serving, startAvailable } from './world.ts';

/** A cluster with controllers, and an aggregated API server that really keeps ships. */
export interface Fleet extends Omit<AggregatedWorld, 'serve'> {
  /** From now on it takes requests for ships and does not answer. */
  silence(): void;
}

export const SHIP: Resource = {
  group: 'sea.example.com',
  version: 'v1',
  plural: 'ships',
  kind: 'Ship',
  namespaced: true,
};

export const ship = (name: string, metadata: Partial<KubeObject['metadata']> = {}): KubeObject => ({
  apiVersion: 'sea.example.com/v1',
  kind: 'Ship',
  metadata: { name, namespace: 'shop', ...metadata },
});

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

/** The extension of the world hands everything on to a second control plane, in which ships are custom resources; that has these namespaces. */
export async function startFleet(...namespaces: readonly string[]): Promise<Fleet> {
  const behind = await startHttpsServer({ tokens: 'admin,admin,,system:masters\n' });
  const fleet = behind.client();
  const versions = [customVersion({ 'x-kubernetes-preserve-unknown-fields': true })];
  await fleet.create(CUSTOM_RESOURCE_DEFINITIONS, customDefinition('sea.example.com', 'Ship', versions));
  for (const name of namespaces)
    await fleet.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  const world = await startAvailable({ controllers: true, verbs: VERBS });
  const handOn: Serving = (request, response) => {
    const { method, url: path, headers } = request;
    const onward = httpsRequest(
      {
        host: '127.0.0.1',
        port: behind.port,
        method,
        path,
        rejectUnauthorized: false,
        headers: { ...headers, authorization: 'Bearer admin' },
      },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
        response.on('close', () => answer.destroy());
      },
    );
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  };
  world.serve(handOn);
  return {
    ...world,
    silence: () => world.serve(() => {}),
    async close() {
      await world.close();
      await behind.close();
    },
  };
}

import { expect } from 'chai';
import { silentLogger } from '../../../src/base/log.ts';
import type { KubeClient } from '../../../src/kube/client/client.ts';
import {
  API_SERVICES,
  CUSTOM_RESOURCE_DEFINITIONS,
  FLOW_SCHEMAS,
  PRIORITY_CLASSES,
  PRIORITY_LEVEL_CONFIGURATIONS,
  SERVICE_CIDRS,
} from '../../../src/kube/kinds/resources.data.ts';
import type { KubeObject, Resource } from '../../../src/kube/values/types.ts';
import { createLocalApiServices } from '../../../src/orchestrator/api/aggregation/localservices.ts';
import { worker } from '../../../src/orchestrator/api/auth/workers.ts';
import { inProcessClient } from '../../../src/orchestrator/api/inprocess.ts';
import { ensureSystemObjects } from '../../../src/orchestrator/api/systemobjects.ts';
import { eventually } from '../../contract/notation.ts';
import { customDefinition, customVersion } from './definition.ts';
import { startTestApi, type TestApi } from './harness.ts';
import { readOnly, refusal } from './notation.ts';

const namesOf = async (client: KubeClient, resource: Resource<KubeObject>) =>
  (await client.list(resource)).items.map(({ metadata }) => metadata.name);

describe('what every cluster has', () => {
  let server: TestApi<ReturnType<typeof startTestApi> extends Promise<TestApi<infer C>> ? C : never>;
  let client: KubeClient;
  const apiserver = () => inProcessClient(server.api, worker('system:apiserver'));
  const ensure = (as = apiserver()) =>
    ensureSystemObjects({
      client: as,
      serviceCidr: '127.213.0.0/16',
      now: () => server.clock.now(),
    });

  before(async () => {
    server = await startTestApi();
    client = server.client();
    await ensure();
  });
  after(() => server.dispose());

  it('without a request to write when it is there already', () => ensure(readOnly(apiserver())));

  it('the priority classes of the system, which nobody deletes', async () => {
    expect(await namesOf(client, PRIORITY_CLASSES)).to.deep.equal([
      'system-cluster-critical',
      'system-node-critical',
    ]);
    expect(await refusal(client.delete(PRIORITY_CLASSES, { name: 'system-node-critical' }))).to.contain(
      'Forbidden: priorityclasses.scheduling.k8s.io "system-node-critical" is forbidden: this is a system priority class and cannot be deleted',
    );
  });

  it('flow schemas, each with its priority level', async () => {
    const levels = new Set(await namesOf(client, PRIORITY_LEVEL_CONFIGURATIONS));
    const { items } = await client.list(FLOW_SCHEMAS);
    expect([items.length, levels.size]).to.deep.equal([11, 8]);
    for (const { metadata, spec } of items)
      expect(levels.has(spec.priorityLevelConfiguration.name), metadata.name).to.equal(true);
  });

  it('flow schemas that follow this release, until somebody claims one', async () => {
    const name = 'service-accounts';
    const change = (annotation: string) =>
      client.patch(
        FLOW_SCHEMAS,
        { name },
        {
          type: 'merge',
          body: {
            metadata: { annotations: { 'apf.kubernetes.io/autoupdate-spec': annotation } },
            spec: { matchingPrecedence: 8888 },
          },
        },
      );
    const precedence = async () => (await client.get(FLOW_SCHEMAS, { name })).spec.matchingPrecedence;
    await change('true');
    await ensure();
    expect(await precedence()).to.equal(9000);
    await change('false');
    await ensure();
    expect(await precedence()).to.equal(8888);
  });

  it('the range that cluster IPs are taken from, ready', async () => {
    const range = await client.get(SERVICE_CIDRS, { name: 'kubernetes' });
    expect(range.spec).to.deep.equal({ cidrs: ['127.213.0.0/16'] });
    expect(range.status?.conditions?.[0]).to.include({ type: 'Ready', status: 'True' });
  });

  it('an APIService for each group and version, those of definitions as long as these are', async () => {
    const services = createLocalApiServices(apiserver(), server.api.kinds, silentLogger);
    await services.start();
    expect(await namesOf(client, API_SERVICES)).to.include.members([
      'v1.',
      'v1.apps',
      'v2.autoscaling',
      'v1.authorization.k8s.io',
    ]);
    expect((await client.get(API_SERVICES, { name: 'v1.apps' })).status?.conditions?.[0]).to.include({
      type: 'Available',
      status: 'True',
      reason: 'Local',
    });
    const version = customVersion({}, { name: 'v3' });
    await client.create(CUSTOM_RESOURCE_DEFINITIONS, customDefinition('example.com', 'Boat', [version]));
    await eventually(async () =>
      expect((await client.get(API_SERVICES, { name: 'v3.example.com' })).spec).to.include({
        groupPriorityMinimum: 1000,
        versionPriority: 100,
      }),
    );
    await client.delete(CUSTOM_RESOURCE_DEFINITIONS, { name: 'boats.example.com' });
    await eventually(async () =>
      expect(await namesOf(client, API_SERVICES)).to.not.include('v3.example.com'),
    );
    await services.stop();
  });
});

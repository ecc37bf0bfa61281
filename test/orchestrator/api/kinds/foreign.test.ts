import { expect } from 'chai';
import { verdictOf } from '../../../../src/health/verdicts.ts';
import type { KubeClient } from '../../../../src/kube/client/client.ts';
import { CUSTOM_RESOURCE_DEFINITIONS, PODS } from '../../../../src/kube/kinds/resources.data.ts';
import type { KubeObject, Resource } from '../../../../src/kube/values/types.ts';
import { columnCache } from '../../../../src/orchestrator/api/wire/table.ts';
import { wantedOf } from '../../../../src/sync/cluster/watchers.ts';
import { compareRefs } from '../../../../src/sync/plan/order.ts';
import { recreatable, recreateRefusal } from '../../../../src/sync/plan/recreatable.ts';
import type { FakeClock } from '../../../fakes/clock.ts';
import { customDefinition, customVersion } from '../definition.ts';
import { startTestApi, type TestApi } from '../harness.ts';
import { refusal } from '../notation.ts';

const anything = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const definition = (kind: string): KubeObject =>
  customDefinition('example.com', kind, [
    customVersion({ properties: { spec: anything, status: anything } }),
  ]);
const resource = (plural: string, kind: string): Resource => ({
  group: 'example.com',
  version: 'v1',
  plural,
  kind,
  namespaced: true,
});
const DEPLOYMENTS = resource('deployments', 'Deployment');
const SECRETS = resource('secrets', 'Secret');
const foreign = (kind: string, more: object): KubeObject => ({
  apiVersion: 'example.com/v1',
  kind,
  metadata: { name: 'a.b', namespace: 'default' },
  ...more,
});
const refOf = (apiVersion: string, kind: string) => ({ apiVersion, kind, name: 'a', namespace: 'default' });

describe('a custom resource whose kind is called as a built-in one', () => {
  let server: TestApi<FakeClock>;
  let client: KubeClient;
  before(async () => {
    server = await startTestApi();
    client = server.client();
    for (const kind of ['Deployment', 'Secret', 'Pod'])
      await client.create(CUSTOM_RESOURCE_DEFINITIONS, definition(kind));
  });
  after(() => server.dispose());

  it('gets none of its defaults, rules and selectable fields', async () => {
    const spec = { template: { spec: { containers: [] } }, strategy: {} };
    const created = await client.create(DEPLOYMENTS, foreign('Deployment', { spec }));
    expect(created.spec).to.deep.equal(spec);
    expect(created).to.not.have.property('status');
    const secret = foreign('Secret', { spec: { type: 'kubernetes.io/tls', data: { a: '*' } } });
    expect(await client.create(SECRETS, secret)).to.not.have.any.keys('type', 'data');
    expect(await refusal(client.list(SECRETS, { fieldSelector: 'type=Opaque' }))).to.contain(
      'field label not supported: type',
    );
  });

  it('prints what its definition says, and has no subresource of its namesake', async () => {
    const served = server.api.kinds.findKind({ group: 'example.com', version: 'v1', kind: 'Pod' });
    if (!served) throw new Error('it is not served');
    expect(columnCache()(served).map(({ name }) => name)).to.deep.equal(['Name', 'Age']);
    expect(served.subresources).to.deep.equal([]);
  });

  it('is applied among other kinds', () => {
    const refs = [
      refOf('example.com/v1', 'Namespace'),
      refOf('v1', 'Pod'),
      refOf('example.com/v1', 'Ingress'),
    ];
    const sorted = refs.sort(compareRefs).map(({ apiVersion, kind }) => `${apiVersion} ${kind}`);
    expect(sorted).to.deep.equal(['v1 Pod', 'example.com/v1 Ingress', 'example.com/v1 Namespace']);
  });

  it('is never recreated, and is no reason to fear an outage', () => {
    const object = foreign('Deployment', {});
    expect(recreatable(object, ['spec.selector'])).to.equal(false);
    const ref = refOf('example.com/v1', 'Deployment');
    const step = {
      ref,
      resource: undefined,
      app: 'app',
      stage: 0,
      object,
      live: object,
      reason: 'it changes',
    };
    const confirmed = { confirmedRecreate: false, environment: 'shop/dev' };
    expect(recreateRefusal([{ ...step, action: 'recreate' }], confirmed)).to.deep.equal([]);
  });

  it('is watched beside the pods of its namespace', () => {
    const foreignPods = resource('pods', 'Pod');
    const ref = { apiVersion: 'example.com/v1', kind: 'Pod', namespace: 'default', name: 'a' };
    const wanted = wantedOf([{ resource: foreignPods, ref }], new Map()).map((one) => one.resource);
    expect(wanted).to.deep.equal([foreignPods, PODS]);
  });

  it('is judged by its conditions, not by replicas and pods', () => {
    const status = { conditions: [{ type: 'Ready', status: 'True' }] };
    const object = foreign('Deployment', { spec: { replicas: 3 }, status });
    expect(verdictOf(object).state).to.equal('Healthy');
    expect(verdictOf({ ...object, apiVersion: 'apps/v1' }).state).to.equal('Progressing');
  });
});

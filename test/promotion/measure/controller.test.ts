import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect } from 'chai';
import type { KubeClient } from '../../../src/kube/client/client.ts';
import { ENDPOINT_SLICES, NAMESPACES, SECRETS, SERVICES } from '../../../src/kube/kinds/resources.data.ts';
import {
  DELIVERIES,
  type Environment,
  type Measurement,
  PILOTAGE_API_VERSION,
  PILOTAGE_NAMESPACE,
  type PromotionPolicy,
} from '../../../src/model/types.ts';
import { createMeasureController } from '../../../src/promotion/measure/controller.ts';
import { measuredAfter, questionsOf } from '../../../src/promotion/measure/due.ts';
import type { AskWeb } from '../../../src/promotion/measure/probe.ts';
import { environmentOf } from '../../../src/promotion/record/lookup.ts';
import { until } from '../../fakes/until.ts';
import { watchedIn } from '../../fakes/watched.ts';
import { addEnvironment, createWorld, type World } from '../harness.ts';

const HTTP = { service: 'web', path: '/healthz', within: 2_000, for: 60_000 };

describe('measurements for gates', () => {
  let world: World;
  let server: Server;
  let status: number;
  let isAgreed: boolean;
  let forwarded: string[];
  let stop: () => Promise<void>;
  let answers: { status: number; body: Buffer }[];
  let asked: Parameters<AskWeb>[0][];

  /** The client of the source’s cluster, whose streams to pods lead to the server of the test. */
  const withPods = (client: KubeClient): KubeClient => ({
    ...client,
    async portForward({ namespace, name }, port) {
      forwarded.push(`${namespace}/${name}:${port}`);
      return connect((server.address() as AddressInfo).port, '127.0.0.1');
    },
  });

  async function begin(gates: object, policy: Partial<PromotionPolicy> = {}): Promise<void> {
    world = await createWorld({ gates: gates as never, ...policy });
    [status, forwarded, answers, asked, isAgreed] = [200, [], [], [], true];
    server = createServer((request, response) =>
      response.writeHead(request.url === '/healthz' ? status : 404).end(),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const controller = createMeasureController({
      ...world.options,
      watched: watchedIn(world.home, world.clock),
      clusterOf: async () => withPods(world.home),
      mayAsk: async () => isAgreed,
      ask: async (request) => {
        asked.push(request);
        const answer = answers.shift();
        if (answer === undefined) throw new Error('nobody is there');
        return answer;
      },
    });
    const stopping = new AbortController();
    controller.start(stopping.signal);
    stop = async () => {
      stopping.abort();
      await controller.stop();
      await world.dispose();
      server.close();
      server.closeAllConnections();
    };
  }
  afterEach(() => stop());

  const measured = async () => (await environmentOf(world.home, 'shop', 'prod')).status?.measured?.[0];
  const reaches = (state: string) => until(async () => (await measured())?.state === state);

  async function serve(endpoints: readonly object[], namespace = 'shop-dev'): Promise<void> {
    const metadata = { name: 'web', namespace };
    await world.home.create(NAMESPACES, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: namespace },
    });
    const ports = [{ name: 'http', port: 80, targetPort: 8080 }];
    await world.home.create(SERVICES, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { ports },
    } as never);
    await world.home.create(ENDPOINT_SLICES, {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { ...metadata, labels: { 'kubernetes.io/service-name': 'web' } },
      addressType: 'IPv4',
      ports: [{ name: 'http', port: 8080 }],
      endpoints,
    } as never);
  }
  const pod = (name: string, ready = true, namespace = 'shop-dev') => ({
    addresses: ['10.0.0.1'],
    conditions: { ready },
    targetRef: { kind: 'Pod', name, namespace },
  });

  it('open the gate once a ready pod of the Service has answered well for so long, and are taken no more then', async () => {
    await begin({ http: HTTP });
    await serve([pod('web-1'), pod('web-2', false)]);
    await world.ships({ 'app.yaml': 'one' });
    await reaches('good');
    expect(new Set(forwarded)).to.deep.equal(new Set(['shop-dev/web-1:8080']));
    expect((await world.promote()).outcome).to.equal('Waiting');
    await world.clock.advance(31_000);
    await world.clock.advance(31_000);
    await until(async () => (await world.promote()).outcome !== 'Waiting');
    expect((await world.tip()).tree).to.be.a('string');
  });

  it('refuse with what the pod answered, and open once it answers well', async () => {
    await begin({ http: { ...HTTP, for: 0 } });
    await serve([pod('web-1')]);
    status = 503;
    await world.ships({ 'app.yaml': 'one' });
    await reaches('bad');
    const report = await world.promote();
    expect(report.outcome).to.equal('Refused');
    expect(report.problems[0]?.message).to.contain('GET web/healthz of shop/dev: pod web-1 answers 503');
    status = 200;
    await world.clock.advance(31_000);
    await reaches('good');
    expect((await world.promote()).outcome).to.equal('Promoted');
  });

  it('ask a pod of the source’s own namespace, whatever an EndpointSlice of a chart says', async () => {
    await begin({ http: HTTP });
    await serve([pod('db', true, 'billing-prod')]);
    await world.ships({ 'app.yaml': 'one' });
    await until(async () => (await measured()) !== undefined);
    expect(forwarded).to.deep.equal(['shop-dev/db:8080']);
  });

  it('are unknown where the source has no such Service, which is said and opens nothing', async () => {
    await begin({ http: HTTP });
    await world.ships({ 'app.yaml': 'one' });
    await reaches('unknown');
    expect((await measured())?.message).to.equal('there is no Service web in namespace shop-dev');
    expect((await world.promote()).outcome).to.equal('Refused');
  });

  it('are not taken where the source has not agreed to be asked, which is said and opens nothing', async () => {
    await begin({ http: HTTP });
    isAgreed = false;
    await serve([pod('web-1')]);
    await world.ships({ 'app.yaml': 'one' });
    await reaches('unknown');
    expect((await measured())?.message).to.contain('no pilotage.yaml that was deployed in shop/dev names');
    expect(forwarded).to.deep.equal([]);
  });

  it('are taken in each source of which any is enough, and open for the one that is good', async () => {
    await begin({ http: { ...HTTP, for: 0 } }, { from: 'eu', alsoFrom: ['us'], needs: 'any' });
    for (const name of ['eu', 'us']) await addEnvironment(world.home, name, name);
    await serve([pod('web-us', true, 'shop-us')], 'shop-us');
    const eu = await world.push('eu', { 'app.yaml': 'one' });
    const us = await world.push('us', { 'app.yaml': 'two' });
    await world.deploys('eu', eu, { deployedTree: (await world.repository.commit(eu)).tree });
    await world.deploys('us', us, { deployedTree: (await world.repository.commit(us)).tree });
    const all = async () => (await environmentOf(world.home, 'shop', 'prod')).status?.measured ?? [];
    const states = async () => (await all()).map(({ revision, state }) => `${revision} ${state}`).sort();
    const both = [`${eu} unknown`, `${us} good`].sort();
    await until(async () => JSON.stringify(await states()) === JSON.stringify(both));
    expect(forwarded).to.deep.equal(['shop-us/web-us:8080']);
    expect(await world.promote()).to.deep.include({ outcome: 'Promoted', from: 'us' });
  });

  it('are not taken while the source rolls out, for pods of before may answer', async () => {
    await begin({ http: HTTP });
    await serve([pod('web-1')]);
    const revision = await world.push('main', { 'app.yaml': 'one' });
    await world.deploys('dev', revision, { health: 'Progressing' });
    await world.clock.advance(60_000);
    expect(forwarded).to.deep.equal([]);
  });

  it('ask the Prometheus of the delivery with its token, and nobody where none is named', async () => {
    await begin({ metric: { query: 'rate(errors[5m])', max: 0.01, over: 0 } });
    await world.ships({ 'app.yaml': 'one' });
    await reaches('unknown');
    expect((await measured())?.message).to.contain('pilotage connect shop --prometheus URL');
    expect(asked).to.deep.equal([]);
    await world.home.create(SECRETS, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'prometheus-shop', namespace: PILOTAGE_NAMESPACE },
      stringData: { token: 's3cret', url: 'https://prom.example.com' },
    } as never);
    const data = { resultType: 'vector', result: [{ value: [0, '0.4'] }] };
    answers.push({ status: 200, body: Buffer.from(JSON.stringify({ status: 'success', data })) });
    await world.home.create(DELIVERIES, {
      apiVersion: PILOTAGE_API_VERSION,
      kind: 'Delivery',
      metadata: { name: 'shop', namespace: PILOTAGE_NAMESPACE },
      spec: {
        repository: { type: 'hosted' },
        prometheus: { url: 'https://prom.example.com', secretRef: { name: 'prometheus-shop' } },
      },
    } as never);
    await world.clock.advance(31_000);
    await reaches('bad');
    expect((await measured())?.message).to.equal('0.4 is above 0.01');
    expect(asked[0]).to.deep.include({ url: 'https://prom.example.com/api/v1/query', method: 'POST' });
    expect(asked[0]?.headers?.authorization).to.equal('Bearer s3cret');
    expect(JSON.stringify(await environmentOf(world.home, 'shop', 'prod'))).not.to.contain('s3cret');
    await world.clock.advance(31_000);
    await reaches('unknown');
    expect((await measured())?.message).to.contain('nobody is there');
    const before = asked.length;
    const key = { namespace: PILOTAGE_NAMESPACE, name: 'shop' };
    const body = { spec: { prometheus: { url: 'https://evil.example.com' } } };
    await world.home.patch(DELIVERIES, key, { type: 'merge', body });
    await world.clock.advance(31_000);
    await until(async () => (await measured())?.message.includes('was given for') ?? false);
    expect((await measured())?.message).to.contain(
      'was given for https://prom.example.com, not for https://evil.example.com',
    );
    expect(asked).to.have.length(before);
  });
});

describe('measurements, of several sources', () => {
  it('are kept of what the sources run alone, each once', () => {
    const of = (gate: string, revision: string, state = 'good') =>
      ({ gate, revision, state }) as unknown as Measurement;
    const runs = (deployedRevision: string) => ({ status: { deployedRevision } }) as unknown as Environment;
    const before = [of('http', 'old'), of('http', 'eu1', 'bad'), of('metric', 'eu1'), of('http', 'us1')];
    const after = measuredAfter(before, [of('http', 'eu1')], [runs('eu1'), runs('us1')]);
    expect(after).to.deep.equal([of('metric', 'eu1'), of('http', 'us1'), of('http', 'eu1')]);
  });

  it('ask one of two sources that run the same revision, and neither that runs what the target has', () => {
    const source = (deployedRevision: string, deployedTree: string) =>
      ({
        status: { deployedRevision, deployedTree, sync: 'Synced', health: 'Healthy' },
      }) as unknown as Environment;
    const promotionPolicy = { from: 'eu', alsoFrom: ['us', 'asia'], needs: 'any', gates: { http: HTTP } };
    const target = { status: { deployedTree: 'three', promotionPolicy } } as unknown as Environment;
    const [eu, us, asia] = [source('r1', 'one'), source('r1', 'one'), source('r3', 'three')];
    const asked = questionsOf(target, [eu, us, asia], ['http', 'metric'], 0);
    expect(asked.map((one) => one.source)).to.deep.equal([eu]);
  });
});

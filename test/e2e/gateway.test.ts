import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { eventually, Pilotage } from './harness.ts';
import { describeWithKubectl, fixture, Kubectl } from './kubectl.ts';

const gateway = (spec: object) => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'Gateway',
  metadata: { name: 'edge' },
  spec: { gatewayClassName: 'pilotage', ...spec },
});

const route = (name: string, spec: object) => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  metadata: { name },
  spec: { parentRefs: [{ name: 'edge' }], ...spec },
});

interface Told {
  readonly status: number;
  readonly location: string | undefined;
  readonly body: string;
}

describeWithKubectl('e2e: the Gateway API', function () {
  this.timeout(60_000);
  let pilotage: Pilotage;
  let k: Kubectl;

  const ask = (host: string, path = '/'): Promise<Told> =>
    new Promise((resolve, reject) => {
      const { port } = new URL(pilotage.ready.ingress.http);
      request({ host: '127.0.0.1', port, path, headers: { host }, agent: false }, (response) => {
        const { statusCode: status = 0, headers } = response;
        text(response).then((body) => resolve({ status, location: headers.location, body }), reject);
      })
        .once('error', reject)
        .end();
    });
  const versionAt = async (host: string): Promise<string | undefined> => {
    const { status, body } = await ask(host);
    return status === 200 ? (JSON.parse(body) as { version: string }).version : undefined;
  };
  const condition = (kind: string, name: string, path: string) =>
    k.ok('wait', `${kind}/${name}`, `--for=jsonpath=${path}`, '--timeout=30s');

  before(async function () {
    // Two deployments and the definitions, on a busy machine.
    this.timeout(150_000);
    pilotage = await Pilotage.start();
    k = await Kubectl.inNamespace(pilotage, 'canary');
    await k.ok('apply', '-f', fixture('web.yaml'));
    await eventually(
      'the class is there',
      async () => (await k.run('get', 'gatewayclass', 'pilotage')).code === 0,
    );
    await k.apply(gateway({ listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }] }));
    await k.ok('rollout', 'status', 'deployment/web', '--timeout=40s');
    const stable = JSON.parse(await k.ok('get', 'deployment', 'web', '-o', 'json'));
    const renamed = JSON.parse(JSON.stringify(stable.spec).replaceAll('"app":"web"', '"app":"next"'));
    renamed.template.spec.containers[0].env = [
      ...renamed.template.spec.containers[0].env.filter(({ name }: { name: string }) => name !== 'VERSION'),
      { name: 'VERSION', value: 'two' },
    ];
    await k.apply({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'next' }, spec: renamed });
    await k.apply({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'next' },
      spec: { selector: { app: 'next' }, ports: [{ name: 'http', port: 8000, targetPort: 'http' }] },
    });
    await k.ok('rollout', 'status', 'deployment/next', '--timeout=40s');
  });
  after(() => pilotage.stop());

  const backends = (web: number, next: number) => [
    { name: 'web', port: 8000, weight: web },
    { name: 'next', port: 8000, weight: next },
  ];

  it('has a class and a Gateway that say they are served', async () => {
    await condition('gatewayclass', 'pilotage', '{.status.conditions[?(@.type=="Accepted")].status}=True');
    await condition('gateway', 'edge', '{.status.conditions[?(@.type=="Programmed")].status}=True');
    expect(await k.ok('get', 'gateway', 'edge')).to.match(/edge +pilotage +127\.0\.0\.1 +True /);
  });

  it('shares the requests of a route between two versions by their weights, and all go to one as soon as it says so', async () => {
    await k.apply(route('shop', { hostnames: ['shop.test'], rules: [{ backendRefs: backends(3, 1) }] }));
    await condition(
      'httproute',
      'shop',
      '{.status.parents[0].conditions[?(@.type=="Accepted")].status}=True',
    );
    await eventually('it answers', async () => (await versionAt('shop.test')) !== undefined);
    const versions = await Promise.all(Array.from({ length: 120 }, () => versionAt('shop.test')));
    const two = versions.filter((version) => version === 'two').length;
    expect(versions.filter((version) => version === 'one').length + two).to.equal(120);
    // The chance of one outside of these is below one in a million.
    expect(two).to.be.within(8, 60);
    await k.apply(route('shop', { hostnames: ['shop.test'], rules: [{ backendRefs: backends(0, 1) }] }));
    await eventually('the new one alone answers', async () => {
      const next = await Promise.all(Array.from({ length: 20 }, () => versionAt('shop.test')));
      return next.every((version) => version === 'two');
    });
  });

  it('redirects, and says of a route what keeps it from being served', async () => {
    const filters = [{ type: 'RequestRedirect', requestRedirect: { hostname: 'new.test', statusCode: 301 } }];
    await k.apply(route('old', { hostnames: ['old.test'], rules: [{ filters }] }));
    await eventually('it redirects', async () => (await ask('old.test', '/a?b=c')).status === 301);
    expect((await ask('old.test', '/a?b=c')).location).to.equal('http://new.test/a?b=c');
    await k.apply(route('astray', { rules: [{ backendRefs: [{ name: 'gone', port: 80 }] }] }));
    await condition(
      'httproute',
      'astray',
      '{.status.parents[0].conditions[?(@.type=="ResolvedRefs")].reason}=BackendNotFound',
    );
    expect((await ask('any.test')).status).to.equal(500);
  });
});

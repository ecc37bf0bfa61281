import { readFile } from 'node:fs/promises';
import { request as requestHttp } from 'node:http';
import { type RequestOptions, request as requestHttps } from 'node:https';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { selfSigned } from '../orchestrator/network/ingress/ingressbench.ts';
import { eventually, fetchText, Pilotage, statusOf, type Work } from './harness.ts';
import { Kubectl } from './kubectl.ts';
import { publishStandIns } from './standins.ts';

const { CONTAINER_ENGINE: SOCKET = '', MIRROR = '' } = process.env;
const EXAMPLE = join(import.meta.dirname, '..', '..', 'examples', 'seeds');
const NAMESPACE = 'seeds-dev';
const SECURE_HOST = 'whateveryouwant.rancher.dev.kelkoo.net';

/** Many images are pulled, and many containers started, on a machine that may have other things to do. */
const READY_MS = 120_000;
/** Looked at every 15 seconds, on the way up and on the way down. */
const SCALING_MS = 150_000;

describe('e2e: the example of the seeds', function () {
  this.timeout(400_000);
  let pilotage: Pilotage;
  let k: Kubectl;
  let work: Work;
  let cert: string;

  before(async function () {
    // An engine of the machine asks the registries of the world, which have other images of these names.
    if (MIRROR === '') return this.skip();
    await publishStandIns(SOCKET, MIRROR);
    pilotage = await Pilotage.start([], undefined, undefined, ['--engine', SOCKET]);
    k = Kubectl.in(pilotage, NAMESPACE);
    work = await pilotage.repository('seeds', '../../../examples/seeds');
  });
  after(() => pilotage?.stop());

  const byHand = (name: string) => readFile(join(EXAMPLE, 'by-hand', name), 'utf8');
  const ready = (deployment: string) => k.jsonpath(`deployment/${deployment}`, '.status.readyReplicas');
  const hasReady = (deployment: string, count: number, timeoutMs = READY_MS) =>
    eventually(
      `${count} pods of ${deployment} are ready`,
      async () => (await ready(deployment)) === String(count),
      timeoutMs,
    );
  const isHealthy = () =>
    eventually(
      'everything is healthy',
      async () => (await statusOf(pilotage, 'seeds', 'dev'))?.health === 'Healthy',
      READY_MS,
    );

  /** As curl --resolve does. */
  function ask(base: string, host: string, path: string): Promise<string> {
    const options: RequestOptions = { servername: host, ca: cert, headers: { host }, agent: false };
    return new Promise((resolve, reject) => {
      const request = base.startsWith('https:') ? requestHttps : requestHttp;
      request(new URL(path, base), options, (response) => text(response).then(resolve, reject))
        .once('error', reject)
        .end();
    });
  }

  it('is delivered as it was printed, but for the Secret that is made by hand', async () => {
    const { stderr } = await work.push();
    // Lines are broken where a terminal would.
    const said = stderr.replace(/\s*\nremote:\s+/g, ' ');
    expect(said)
      .to.contain('image-resizer/ingress.yaml:1: Ingress ingress-imageresizer was upgraded')
      .and.to.contain('image-resizer/hpa.yaml:1: HorizontalPodAutoscaler default/hpa1 was upgraded')
      .and.to.contain(`SecretMissing: there is no Secret ${NAMESPACE}/rancher-dev-kelkoo-net-tls`);
    const pair = selfSigned(SECURE_HOST);
    cert = pair.cert;
    const base64 = (pem: string) => Buffer.from(pem).toString('base64');
    const printed = await byHand('tls-secret.yaml');
    const secret = printed
      .replace('<BASE64 ENCODE .crt>', base64(pair.cert))
      .replace('<BASE64 ENCODE .key>', base64(pair.key))
      .replace('<NAMESPACE>', NAMESPACE);
    await k.apply(secret);
    await isHealthy();
    expect(await k.ok('get', 'hpa', 'hpa1')).to.contain('Deployment/imageflyresizer-deployment');
  });

  it('answers at the hosts of its Ingresses, with the certificate of the Secret, and at a port of the node', async () => {
    const { http, https } = pilotage.ready.ingress;
    const page = /^pod imageflyresizer-deployment-\S+ of kelkoo20\/imageflyresizer$/m;
    expect(await ask(http, 'imageresizer.name.domain', '/')).to.match(page);
    expect(await ask(https, SECURE_HOST, '/')).to.match(page);
    const port = await k.jsonpath('service/imageflyresizer-service', '.spec.ports[0].nodePort');
    expect((await fetchText(`http://127.0.0.1:${port}/`)).text).to.match(page);
  });

  it('is as many pods as git says, of which others learn from the ConfigMap, and which a sidecar speaks for', async () => {
    await work.edit('nginx/mondeploiement.yml', (text) => text.replace('replicas: 2', 'replicas: 4'));
    await work.commit('four of them');
    await work.push();
    await hasReady('nginx-deployment', 4);
    const limit = await k.ok('exec', 'deployment/imageflyresizer-deployment2', '--', 'cat', '/www/limit');
    expect(limit).to.equal('6');
    const address = await k.ok(
      ...['get', 'pods', '-l', 'app=imageflyresizer-logged', '-o', 'jsonpath={.items[0].status.podIP}'],
    );
    await fetchText(`http://${address}/cgi-bin/resize`);
    await eventually('the line of the log', async () =>
      (await k.ok('logs', 'deployment/imageflyresizer-logged', '-c', 'log')).includes('resized for '),
    );
  });

  it('is looked after with the commands that were printed', async () => {
    await k.ok('expose', 'deployment', 'hello-world', '--type=NodePort', '--name=hello-service');
    const port = await k.jsonpath('service/hello-service', '.spec.ports[0].nodePort');
    await eventually('an answer', async () =>
      (await fetchText(`http://127.0.0.1:${port}/`)).text.includes('google-samples/node-hello'),
    );
    const [node = ''] = await k.lines('get', 'nodes', '-o', 'jsonpath={.items[0].metadata.name}');
    await k.ok('label', 'node', node, 'node-role.kubernetes.io/node=');
    expect(await k.ok('get', 'nodes')).to.match(/ Ready +node /);
    const [pod = ''] = await k.lines('get', 'pods', '-l', 'run=load-balancer-example', '-o', 'name');
    expect(await k.ok('describe', pod)).to.contain('gcr.io/google-samples/node-hello:1.0');
    expect(await k.ok('get', 'all', '-o', 'yaml')).to.contain('name: imageflyresizer-deployment2');
  });

  it('waits for a GPU, and says so, until a node has one', async () => {
    await k.apply(await byHand('gpu.yaml'));
    await eventually('it says what is missing', async () =>
      (await k.jsonpath('pod/gpu', '.status.conditions[0].message')).includes('Insufficient nvidia.com/gpu'),
    );
    const [node = ''] = await k.lines('get', 'nodes', '-o', 'jsonpath={.items[0].metadata.name}');
    const capacity = JSON.stringify({ status: { capacity: { 'nvidia.com/gpu': '1' } } });
    await k.ok('patch', 'node', node, '--subresource=status', '--type=merge', '-p', capacity);
    await eventually(
      'it runs',
      async () => (await k.jsonpath('pod/gpu', '.status.phase')) === 'Running',
      READY_MS,
    );
  });

  it('is four pods while one works more than it asks for, and one when nobody asks', async () => {
    const address = await k.jsonpath('service/perrault-restaurant', '.spec.clusterIP');
    await hasReady('perrault-restaurant', 1);
    const load = keepAsking(() => fetchText(`http://${address}/cgi-bin/resize`));
    await hasReady('perrault-restaurant', 4, SCALING_MS);
    // Its own count follows within 15 seconds: the way here may have led over two or three.
    expect(await k.ok('get', 'hpa', 'perrault-restaurant')).to.match(/ cpu: \d+%\/300% +1 +40 +[1-4] /);
    await load.stop();
    await hasReady('perrault-restaurant', 1, SCALING_MS);
  });

  it('has more pods while it is asked a lot over HTTPS', async () => {
    const load = keepAsking(() => ask(pilotage.ready.ingress.https, SECURE_HOST, '/cgi-bin/resize'));
    await eventually('two pods', async () => Number(await ready('imageflyresizer-deployment')) >= 2, 120_000);
    await load.stop();
    expect(await k.ok('get', 'hpa', 'hpa1')).to.match(/memory: \d+%\/4%, cpu: \d+%\/25%/);
    await isHealthy();
  });
});

/** Asks again as soon as it is answered: a processor at most is kept busy. Rejects in the end if a request failed. */
function keepAsking(once: () => Promise<unknown>) {
  let stopped = false;
  const run = async () => {
    while (!stopped) await once();
  };
  const running = run();
  running.catch(() => {});
  return {
    stop() {
      stopped = true;
      return running;
    },
  };
}

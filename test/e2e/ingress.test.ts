import { writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';
import { expect } from 'chai';
import { ask, startLoad } from '../../src/cli/demo/load.ts';
import { selfSigned } from '../orchestrator/network/ingress/ingressbench.ts';
import { eventually, Pilotage, statusOf } from './harness.ts';
import { describeWithKubectl, fixture, Kubectl } from './kubectl.ts';

const path = (service: string, port: object = { name: 'http' }) => ({
  path: '/',
  pathType: 'Prefix',
  backend: { service: { name: service, port } },
});

const ingress = (name: string, spec: object) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name },
  spec,
});

describeWithKubectl('e2e: Ingresses', function () {
  this.timeout(60_000);
  let pilotage: Pilotage;
  let k: Kubectl;

  before(async () => {
    pilotage = await Pilotage.start();
    k = await Kubectl.inNamespace(pilotage, 'net');
    await k.ok('apply', '-f', fixture('web.yaml'));
    await k.apply(ingress('any', { rules: [{ http: { paths: [path('web')] } }] }));
    await k.ok('rollout', 'status', 'deployment/web', '--timeout=40s');
  });
  after(() => pilotage.stop());

  const port = (url: string): string => new URL(url).port;
  const addressed = (name: string) =>
    k.ok(
      'wait',
      `ingress/${name}`,
      '--for=jsonpath={.status.loadBalancer.ingress[0].ip}=127.0.0.1',
      '--timeout=20s',
    );

  /** Over HTTPS, as curl --resolve does: what was said, and by whom. */
  function askSecurely(host: string): Promise<{ readonly by: unknown; readonly said: string }> {
    return new Promise((resolve, reject) => {
      const outgoing = request(
        {
          host: '127.0.0.1',
          port: port(pilotage.ready.ingress.https),
          servername: host,
          headers: { host },
          rejectUnauthorized: false,
          agent: false,
        },
        (response) => {
          const by = (response.socket as TLSSocket).getPeerCertificate().subject?.CN;
          text(response).then((said) => resolve({ by, said }), reject);
        },
      );
      outgoing.once('error', reject).end();
    });
  }

  async function keyPair(name: string): Promise<readonly string[]> {
    const { cert, key } = selfSigned(name);
    const [certFile, keyFile] = [join(pilotage.dir, 'tls.crt'), join(pilotage.dir, 'tls.key')];
    await Promise.all([writeFile(certFile, cert), writeFile(keyFile, key)]);
    return [`--cert=${certFile}`, `--key=${keyFile}`];
  }

  it('are served where they say, and say where that is', async () => {
    await addressed('any');
    expect(await k.ok('get', 'ingress', 'any')).to.match(/any +pilotage +\* +127\.0\.0\.1 +80 /);
    await eventually('it answers', async () => 'body' in (await ask(pilotage.ready.ingress.http)));
  });

  it('lose no request while every pod is replaced, on kept connections and on fresh ones', async () => {
    await eventually('it answers', async () => 'body' in (await ask(pilotage.ready.ingress.http)));
    const load = startLoad({ url: pilotage.ready.ingress.http, pairs: 4, pauseMs: 5, pause });
    await k.ok('set', 'env', 'deployment/web', 'VERSION=two');
    await k.ok('rollout', 'status', 'deployment/web', '--timeout=40s');
    await pause(1_500);
    const report = await load.stop();
    expect(report.failures, report.firstFailure).to.equal(0);
    expect(Object.keys(report.versions)).to.have.members(['one', 'two']);
  });

  it('have the certificate of their Secret, and the next one as soon as it is there', async () => {
    await k.ok('create', 'secret', 'tls', 'web', ...(await keyPair('first.test')));
    const rules = [{ host: 'shop.test', http: { paths: [path('web')] } }];
    await k.apply(ingress('secure', { rules, tls: [{ hosts: ['shop.test'], secretName: 'web' }] }));
    await eventually('it is presented', async () => (await askSecurely('shop.test')).by === 'first.test');
    expect((await askSecurely('shop.test')).said).to.contain('"pod":"web-');
    expect((await askSecurely('other.test')).by).to.equal('pilotage-ingress');
    const next = await k.ok(
      'create',
      'secret',
      'tls',
      'web',
      ...(await keyPair('second.test')),
      '--dry-run=client',
      '-o',
      'json',
    );
    await k.apply(JSON.parse(next));
    await eventually(
      'the next one is presented',
      async () => (await askSecurely('shop.test')).by === 'second.test',
    );
  });

  it('say what is missing in their events, and of the class that nobody serves', async () => {
    await k.apply(
      ingress('astray', { rules: [{ host: 'a.test', http: { paths: [path('gone', { number: 80 })] } }] }),
    );
    await k.apply(
      ingress('strange', {
        ingressClassName: 'nginx',
        rules: [{ host: 'b.test', http: { paths: [path('web')] } }],
      }),
    );
    await eventually('it is told', async () =>
      (await k.ok('describe', 'ingress', 'astray')).includes('there is no Service net/gone'),
    );
    await eventually('it is told', async () =>
      (await k.ok('describe', 'ingress', 'strange')).includes('there is no IngressClass nginx'),
    );
  });

  it('are served again at once by a new agent, at the same ports', async () => {
    process.kill(await pilotage.agentPid(), 'SIGKILL');
    await eventually('it answers', async () => 'body' in (await ask(pilotage.ready.ingress.http)));
  });

  it('are delivered by a push, healthy once they are served, and shown with their URL', async () => {
    const work = await pilotage.repository('shop');
    await work.write(
      'chart/templates/ingress.yaml',
      JSON.stringify({
        ...ingress('web', { rules: [{ host: 'shop.localhost', http: { paths: [path('web')] } }] }),
      }),
    );
    await work.commit('with an Ingress');
    const { code, stderr } = await work.push();
    expect(code, stderr).to.equal(0);
    await eventually(
      'it is healthy',
      async () => (await statusOf(pilotage, 'shop', 'dev'))?.health === 'Healthy',
    );
    expect((await statusOf(pilotage, 'shop', 'dev'))?.urls[0]).to.equal(
      `http://shop.localhost:${port(pilotage.ready.ingress.http)}`,
    );
  });
});

import { get } from 'node:http';
import { expect } from 'chai';
import { eventually, Pilotage, statusOf, type Work } from './harness.ts';

const INGRESS = `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec:
  rules:
    - host: web.test
      http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {name: http}}}}]}
`;

const HOST = 'feature-login.preview.test';

describe('e2e: previews', function () {
  this.timeout(90_000);
  let pilotage: Pilotage;
  let work: Work;

  before(async () => {
    pilotage = await Pilotage.start();
    work = await pilotage.repository('web');
    await work.write('chart/templates/ingress.hbs', INGRESS);
    await work.write('values/preview.yaml', 'greeting: hello from ${host}\nreplicas: 1\n');
    await work.edit('pilotage.yaml', (text) =>
      text.replace(
        '  images:',
        '  previews: {branches: ["feature/*"], from: dev, host: "{slug}.preview.test", max: 1}\n  images:',
      ),
    );
    await work.commit('previews');
    await work.push();
  });
  after(() => pilotage.stop());

  const asked = (host: string): Promise<{ status: number | undefined; text: string }> =>
    new Promise((resolve, reject) => {
      const { port } = new URL(pilotage.ready.ingress.http);
      get({ host: '127.0.0.1', port, headers: { host }, agent: false }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => {
          text += chunk.toString('utf8');
        });
        response.on('end', () => resolve({ status: response.statusCode, text }));
      }).on('error', reject);
    });

  it('gives a branch that is pushed an address, and answers there', async () => {
    await work.git('checkout', '--quiet', '-b', 'feature/login');
    await work.edit('app/server.js', (text) => text.replace("'one'", "'login'"));
    await work.commit('login');
    const { stderr } = await work.push('feature/login');
    // Lines of git are wrapped.
    expect(stderr.replace(/\s*\nremote:\s+/g, ' ')).to.match(
      new RegExp(`\\[preview-feature-login\\] web-feature-login-[0-9a-f]{8} is healthy: http://${HOST}`),
    );
    const { status, text } = await eventually('the preview answers', async () => {
      const answer = await asked(HOST);
      return answer.status === 200 && answer;
    });
    expect(status).to.equal(200);
    expect(JSON.parse(text)).to.include({ version: 'login', greeting: `hello from ${HOST}` });
    expect(JSON.parse((await asked('web.test')).text)).to.include({
      version: 'one',
      greeting: 'hello dev',
    });
  });

  it('lets the next branch wait, and tells its place', async () => {
    await work.git('checkout', '--quiet', '-b', 'feature/second', 'main');
    await work.commit('second');
    const { stderr } = await work.push('feature/second');
    expect(stderr).to.contain('its preview waits for a place, position 1 of 1');
    const { stdout } = await pilotage.cli('preview', 'list');
    expect(stdout).to.contain('web/preview-feature-login').and.to.contain('feature/second waits');
  });

  it('sleeps without pods, and wakes', async () => {
    const replicas = async () => {
      const { namespace = '' } = (await statusOf(pilotage, 'web', 'preview-feature-login')) ?? {};
      const args = ['get', 'deployment', 'web', '-n', namespace, '-o', 'jsonpath={.spec.replicas}'];
      return (await pilotage.kubectl(...args)).stdout;
    };
    expect((await pilotage.cli('preview', 'sleep', 'web/preview-feature-login')).code).to.equal(0);
    await eventually('no pods are wanted', async () => (await replicas()) === '0');
    expect((await pilotage.cli('preview', 'list')).stdout).to.contain('Asleep');
    expect((await pilotage.cli('preview', 'wake', 'web/preview-feature-login')).code).to.equal(0);
    await eventually('it answers again', async () => (await asked(HOST)).status === 200);
  });

  it('ends nothing but previews by `preview delete`', async () => {
    const { code, stderr } = await pilotage.cli('preview', 'delete', 'web/dev');
    expect(code).to.equal(1);
    expect(stderr).to.contain('is no preview');
  });

  it('goes with its branch and leaves no namespace, and the next branch has its place', async () => {
    const { namespace = '' } = (await statusOf(pilotage, 'web', 'preview-feature-login')) ?? {};
    await work.push(':feature/login');
    await eventually('the preview is gone', async () => {
      return (await statusOf(pilotage, 'web', 'preview-feature-login')) === undefined;
    });
    expect((await pilotage.kubectl('get', 'namespace', namespace)).stderr).to.contain('NotFound');
    await eventually('the next one is there', async () => {
      const next = await statusOf(pilotage, 'web', 'preview-feature-second');
      return next?.health === 'Healthy';
    });
    expect(JSON.parse((await asked('web.test')).text)).to.include({ version: 'one' });
  });
});

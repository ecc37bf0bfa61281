import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { connectEngine, type Engine } from '../../src/orchestrator/node/runtime/container/engine/engine.ts';
import { BUSYBOX, ensureBusybox } from '../orchestrator/node/runtime/container/busybox.ts';
import { eventually, Pilotage } from './harness.ts';
import { fixture, Kubectl } from './kubectl.ts';

const SOCKET = process.env.CONTAINER_ENGINE ?? '';

describe('e2e: containers and processes in one network', function () {
  this.timeout(90_000);
  let engine: Engine;
  let pilotage: Pilotage;
  let k: Kubectl;

  before(async () => {
    engine = await connectEngine(SOCKET);
    await ensureBusybox(engine);
    pilotage = await Pilotage.start([], undefined, undefined, ['--engine', SOCKET]);
    k = await Kubectl.inNamespace(pilotage, 'boxes');
    await k.ok('apply', '-f', fixture('containernetwork.yaml'));
    await k.ok('wait', 'pod/client', 'pod/program', 'pod/process', '--for=condition=Ready', '--timeout=25s');
    for (const one of ['deployment/web', 'statefulset/db'])
      await k.ok('rollout', 'status', one, '--timeout=25s');
  });
  after(() => pilotage.stop());

  const inside = (...command: readonly string[]) => k.ok('exec', 'client', '--', ...command);
  /** Prints what a script of Node.js prints. */
  const node = (script: string) => k.ok('exec', 'program', '--', 'node', '-e', script);
  const page = (url: string) => inside('wget', '-q', '-O', '-', url);
  const failing = async (...command: readonly string[]) => k.fails('exec', 'client', '--', ...command);

  it('reaches a Service by its name, at its own port, whoever runs behind it', async () => {
    for (const host of ['web', 'web.boxes', 'web.boxes.svc', 'web.boxes.svc.cluster.local'])
      expect(await page(`http://${host}/`), host).to.equal('a container');
    expect(await page('http://process/')).to.equal('a process');
    expect(await page('http://alias/')).to.equal('a container');
    const address = await inside('sh', '-c', 'echo $PROCESS_SERVICE_HOST:$PROCESS_SERVICE_PORT');
    expect(address).to.match(/^10\..*:80$/);
    expect(await page(`http://${address}/`)).to.equal('a process');
  });

  it('reaches each pod of a headless Service by its name', async () => {
    for (const pod of ['db-0', 'db-1']) expect(await page(`http://${pod}.db:8080/`)).to.equal(pod);
    expect(await page('http://one.processes:8080/')).to.equal('a process');
    const script = `require('dns').promises.resolveSrv('_http._tcp.db.boxes.svc.cluster.local').then((all) => console.log(all.map(({ name }) => name).sort().join()))`;
    expect(await node(script)).to.equal('db-0.db.boxes.svc.cluster.local,db-1.db.boxes.svc.cluster.local');
  });

  it('reaches the API as any client of Kubernetes does, by its certificate and with the token of its pod', async () => {
    const script = `
      const dir = '/var/run/secrets/kubernetes.io/serviceaccount/';
      const { readFileSync } = require('fs');
      const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = process.env;
      const ask = (url) => new Promise((resolve, reject) => require('https').get(url, {
        ca: readFileSync(dir + 'ca.crt'),
        headers: { authorization: 'Bearer ' + readFileSync(dir + 'token') },
      }, (answer) => { answer.resume(); resolve(answer.statusCode); }).on('error', reject));
      (async () => console.log(
        await ask('https://' + host + ':' + port + '/version'),
        await ask('https://kubernetes.default.svc/api'),
        await ask('https://kubernetes.default/api/v1/namespaces/boxes/secrets'),
      ))();`;
    expect(await node(script)).to.equal('200 200 403');
  });

  it('is reached from a process by the Service of its pods', async () => {
    const script = `fetch('http://' + process.env.WEB_SERVICE_HOST + ':' + process.env.WEB_SERVICE_PORT).then((a) => a.text()).then((t) => console.log(t.trim()))`;
    expect(await k.ok('exec', 'process', '--', 'node', '-e', script)).to.equal('a container');
  });

  it('is reached, names included, from the network of the node by a pod that asks for it', async () => {
    const script = 'cat /etc/resolv.conf; wget -q -O - http://web/; wget -q -O - http://process.boxes/';
    await k.apply({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'node' },
      spec: {
        hostNetwork: true,
        dnsPolicy: 'ClusterFirstWithHostNet',
        restartPolicy: 'Never',
        containers: [
          {
            name: 'main',
            image: BUSYBOX,
            env: [{ name: 'PATH', value: '/bin' }],
            command: ['sh', '-c', script],
          },
        ],
      },
    });
    await k.ok('wait', 'pod/node', '--for=jsonpath={.status.phase}=Succeeded', '--timeout=25s');
    expect((await k.lines('logs', 'node')).slice(-2)).to.deep.equal(['a container', 'a process']);
  });

  it('finds no name that is not there, and has the lines that its pod adds to its hosts file', async () => {
    expect(await failing('wget', '-q', '-O', '-', 'http://none/')).to.contain('bad address');
    expect(await inside('cat', '/etc/hosts')).to.contain('192.0.2.7\tmail.example');
  });

  it('gets at nothing else of the node by a Service whose endpoints name its loopback network', async () => {
    const port = Number(new URL(pilotage.ready.api ?? '').port);
    await k.apply({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: 'trap', labels: { 'kubernetes.io/service-name': 'trap' } },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['127.0.0.1'] }],
      ports: [{ port }],
    });
    const refused = await k.run('exec', 'client', '--', 'wget', '-q', '-O', '-', 'http://trap/');
    expect(refused.code).to.not.equal(0);
    expect(refused.stdout).to.equal('');
  });

  /** Asks again and again over connections of its own while something happens. Prints how many answers and failures there were. */
  async function asking(url: string, during: () => Promise<unknown>): Promise<string> {
    const script = `
      const { existsSync } = require('fs');
      const counts = { answers: 0, failures: 0 };
      const once = () => new Promise((resolve) => require('http').get('${url}', { agent: false }, (answer) => {
        answer.resume();
        answer.on('end', () => resolve(void counts.answers++));
      }).on('error', (error) => { console.log(error.code); resolve(void counts.failures++); }));
      const worker = async () => { while (!existsSync('/tmp/enough')) await once(); };
      Promise.all([worker(), worker(), worker(), worker()]).then(() => console.log(JSON.stringify(counts)));`;
    const told = node(script);
    await during();
    await k.ok('exec', 'program', '--', 'touch', '/tmp/enough');
    return told;
  }

  it('sees no failed request in a rolling update', async () => {
    const told = await asking('http://web/', async () => {
      await k.ok('rollout', 'restart', 'deployment/web');
      await k.ok('rollout', 'status', 'deployment/web', '--timeout=40s');
    });
    expect(told).to.match(/^\{"answers":\d{2,},"failures":0\}$/);
  });

  it('sees no failed request while the agent is killed: connections wait for the next one', async () => {
    const agent = await pilotage.agentPid();
    const script = `
      let left = 60; let failures = 0;
      const once = () => require('http').get('http://web/', { agent: false, timeout: 20000 }, (answer) => {
        answer.resume();
        answer.on('end', next);
      }).on('error', (error) => { failures++; console.log(error.code); next(); });
      const next = () => left-- > 0 ? setTimeout(once, 100) : console.log('failures: ' + failures);
      next();`;
    // A command in a container ends with the agent that has begun it.
    await k.ok('exec', 'program', '--', 'sh', '-c', 'node -e "$0" > /tmp/told 2>&1 &', script);
    process.kill(agent, 'SIGKILL');
    await eventually('the next agent', async () => (await pilotage.agentPid()) !== agent);
    const told = await eventually('the end of the asking', async () => {
      const text = await k.ok('exec', 'program', '--', 'cat', '/tmp/told');
      return text.includes('failures') && text;
    });
    expect(told).to.equal('failures: 0');
  });

  it('goes on when the relay has ended: it is started again', async () => {
    const relay = async () =>
      (await engine.list(['dev.pilotage.relay'])).filter(({ State }) => State === 'running');
    const [before] = await relay();
    await engine.kill(before?.Id ?? '', 'SIGKILL');
    await eventually('another one', async () => (await relay()).some(({ Id }) => Id !== before?.Id));
    await eventually('an answer', async () => (await page('http://web/')) === 'a container');
  });

  it('leaves no network behind when its last pod is deleted', async () => {
    await k.ok('delete', 'deployment,statefulset,pod', '--all', '--timeout=40s');
    const record = await readFile(join(pilotage.dataDir, 'agent', 'containers', 'engine.json'), 'utf8');
    const own = ['dev.pilotage.relay', `dev.pilotage.agent=${JSON.parse(record).agent}`];
    await eventually('no relay', async () => (await engine.list(own)).length === 0);
  });
});

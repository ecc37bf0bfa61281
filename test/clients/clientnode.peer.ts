import { type AddressInfo, connect, createServer } from 'node:net';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import {
  CoreV1Api,
  Exec,
  KubeConfig,
  Log,
  makeInformer,
  PortForward,
  type V1ConfigMap,
  type V1Status,
} from '@kubernetes/client-node';
import { expect } from 'chai';
import { eventually, Pilotage } from '../e2e/harness.ts';

const SERVER = `
  const { HOST, PORT } = process.env;
  require('node:http')
    .createServer((request, response) => response.end('from ' + request.url))
    .listen(Number(PORT), HOST, () => console.log('listening'));`;

describe('@kubernetes/client-node', function () {
  this.timeout(60_000);
  let pilotage: Pilotage;
  let config: KubeConfig;
  let core: CoreV1Api;

  before(async () => {
    pilotage = await Pilotage.start();
    config = new KubeConfig();
    config.loadFromFile(pilotage.ready.kubeconfig);
    core = config.makeApiClient(CoreV1Api);
    await core.createNamespace({ body: { metadata: { name: 'node' } } });
    await core.createNamespacedPod({
      namespace: 'node',
      body: {
        metadata: { name: 'web' },
        spec: {
          terminationGracePeriodSeconds: 1,
          containers: [
            { name: 'web', image: 'host', command: ['node', '-e', SERVER], ports: [{ containerPort: 8080 }] },
          ],
        },
      },
    });
    await eventually('the pod is ready', async () => {
      const { status } = await core.readNamespacedPod({ namespace: 'node', name: 'web' });
      return status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True');
    });
  });
  after(() => pilotage.stop());

  it('keeps an informer on what is there and what changes', async () => {
    const list = () => core.listNamespacedConfigMap({ namespace: 'node' });
    const informer = makeInformer<V1ConfigMap>(config, '/api/v1/namespaces/node/configmaps', list);
    const seen: string[] = [];
    for (const event of ['add', 'update', 'delete'] as const)
      informer.on(event, ({ metadata }) => void seen.push(`${event} ${metadata?.name}`));
    const lost: unknown[] = [];
    informer.on('error', (error) => void lost.push(error));
    await informer.start();
    const told = (what: string) => eventually(`it says ${what}`, async () => seen.includes(what));
    const body = { metadata: { name: 'one' }, data: { a: '1' } };
    await core.createNamespacedConfigMap({ namespace: 'node', body });
    await told('add one');
    await core.replaceNamespacedConfigMap({
      namespace: 'node',
      name: 'one',
      body: { ...body, data: { a: '2' } },
    });
    await told('update one');
    await core.deleteNamespacedConfigMap({ namespace: 'node', name: 'one' });
    await told('delete one');
    expect(lost).to.deep.equal([]);
    await informer.stop();
  });

  /** What a command wrote, and its status. */
  async function executed(
    command: string[],
    stdin?: string,
  ): Promise<{ out: string; err: string; status: V1Status }> {
    const [out, err] = [new PassThrough(), new PassThrough()];
    const written = Promise.all([text(out), text(err)]);
    const input = stdin === undefined ? null : new PassThrough();
    const status = await new Promise<V1Status>((resolve, reject) => {
      new Exec(config).exec('node', 'web', 'web', command, out, err, input, false, resolve).catch(reject);
      input?.end(stdin);
    });
    for (const stream of [out, err]) stream.end();
    const [outText, errText] = await written;
    return { out: outText, err: errText, status };
  }

  it('executes a command: its output, its errors, its exit code', async () => {
    const { out, err, status } = await executed(['sh', '-c', 'echo out; echo err >&2; exit 3']);
    expect([out, err]).to.deep.equal(['out\n', 'err\n']);
    expect(status).to.deep.include({ status: 'Failure', reason: 'NonZeroExitCode' });
    expect(status.details?.causes?.[0]).to.deep.equal({ reason: 'ExitCode', message: '3' });
  });

  it('executes a command that reads what it is given', async () => {
    const { out, status } = await executed(['head', '-n', '1'], 'first\nsecond\n');
    expect(out).to.equal('first\n');
    expect(status.status).to.equal('Success');
  });

  it('forwards a port', async () => {
    const forward = new PortForward(config);
    const server = createServer((socket) => {
      void forward.portForward('node', 'web', [8080], socket, null, socket);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const socket = connect(port, '127.0.0.1');
    socket.write('GET /door HTTP/1.1\r\nHost: web\r\nConnection: close\r\n\r\n');
    const answer = new Promise<string>((resolve, reject) => {
      let all = '';
      socket.on('data', (chunk) => {
        all += chunk;
        if (all.includes('from /door')) resolve(all);
      });
      socket.once('error', reject);
      socket.once('close', () => reject(new Error(`it ended after ${JSON.stringify(all)}`)));
    });
    expect(await answer).to.match(/^HTTP\/1.1 200/);
    socket.destroy();
    server.close();
  });

  it('follows the log', async () => {
    const out = new PassThrough();
    let log = '';
    out.on('data', (chunk) => {
      log += chunk;
    });
    const following = await new Log(config).log('node', 'web', 'web', out, { follow: true });
    await eventually('it says that it listens', async () => log === 'listening\n');
    following.abort();
  });
});

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect } from 'chai';
import { connectEngine } from '../../src/orchestrator/node/runtime/container/engine/engine.ts';
import { freePort } from '../orchestrator/network/proxybench.ts';
import { BUSYBOX, ensureBusybox } from '../orchestrator/node/runtime/container/busybox.ts';
import { eventually, Pilotage } from './harness.ts';
import { fixture, Kubectl } from './kubectl.ts';

const SOCKET = process.env.CONTAINER_ENGINE ?? '';

describe('e2e: datagrams of containers and processes', function () {
  this.timeout(90_000);
  let pilotage: Pilotage;
  let k: Kubectl;

  before(async () => {
    await ensureBusybox(await connectEngine(SOCKET));
    pilotage = await Pilotage.start([], undefined, undefined, ['--engine', SOCKET]);
    k = await Kubectl.inNamespace(pilotage, 'boxes');
    await k.ok('apply', '-f', fixture('containerdatagrams.yaml'));
    await k.ok('wait', 'pod/client', 'pod/process', '--for=condition=Ready', '--timeout=40s');
    await k.ok('rollout', 'status', 'statefulset/echo', '--timeout=40s');
  });
  after(() => pilotage.stop());

  const asking = (host: string, port: number, ...texts: readonly string[]) =>
    k.ok('exec', 'client', '--', 'node', '/programs/ask.js', host, String(port), ...texts);
  const asProcess = (host: string, port: string, text: string) =>
    k.ok(
      'exec',
      'process',
      '--',
      'sh',
      '-c',
      `node "$PILOTAGE_ROOT/programs/ask.js" ${host} ${port} ${text}`,
    );

  it('reach a Service by its name, at its own port, whoever runs behind it, and those of one client one pod', async () => {
    expect(await asking('process', 53, 'x')).to.equal('process:x');
    const answers = await asking('echo.boxes.svc.cluster.local', 53, '1', '2', '3');
    expect(answers).to.match(/^(echo-[01]):1 \1:2 \1:3$/);
    const pods = new Set<string>();
    for (let i = 0; i < 4; i++) pods.add(await asking('echo', 53, 'x'));
    expect([...pods].sort()).to.deep.equal(['echo-0:x', 'echo-1:x']);
  });

  it('reach each pod of a headless Service by its name', async () => {
    for (const pod of ['echo-0', 'echo-1'])
      expect(await asking(`${pod}.echoes`, 5353, 'x')).to.equal(`${pod}:x`);
    expect(await asking('one.processes', 5353, 'x')).to.equal('process:x');
  });

  it('reach containers from a process, by the variables of the Service, which name the protocol', async () => {
    expect(await asProcess('$ECHO_SERVICE_HOST', '$ECHO_SERVICE_PORT', 'x')).to.match(/^echo-[01]:x$/);
    expect(await k.ok('exec', 'process', '--', 'sh', '-c', 'echo $ECHO_PORT')).to.match(/^udp:\/\/127\./);
  });

  it('reach them by a node port', async () => {
    const port = Number(await k.jsonpath('service/echo', '.spec.ports[0].nodePort'));
    await eventually('an answer', async () => /^echo-[01]:x$/.test((await askFromNode(port, 'x')) ?? ''));
  });

  it('go to another pod as soon as theirs is gone', async () => {
    await k.ok('scale', 'statefulset/echo', '--replicas=1');
    await eventually(
      'one pod less',
      async () => !(await k.run('get', 'pod/echo-1', '--ignore-not-found')).stdout,
    );
    for (let i = 0; i < 3; i++) expect(await asking('echo', 53, 'x')).to.equal('echo-0:x');
  });

  it('reach a container by a port of the node, where the pod asks for one', async () => {
    const hostPort = await freePort();
    const from = JSON.parse(await k.ok('get', 'statefulset', 'echo', '-o', 'json')).spec.template.spec;
    const [echo] = from.containers;
    const ports = [{ containerPort: 5353, hostPort, protocol: 'UDP' }];
    await k.apply({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'onnode' },
      spec: { ...from, containers: [{ ...echo, image: BUSYBOX, ports }] },
    });
    await k.ok('wait', 'pod/onnode', '--for=condition=Ready', '--timeout=25s');
    await eventually('an answer', async () => (await askFromNode(hostPort, 'x')) === 'onnode:x');
  });

  /** undefined: nobody answers. */
  async function askFromNode(port: number, text: string): Promise<string | undefined> {
    const socket = createSocket('udp4');
    try {
      socket.send(text, port, '127.0.0.1');
      const [bytes] = await once(socket, 'message', { signal: AbortSignal.timeout(1_000) });
      return String(bytes);
    } catch {
      return undefined;
    } finally {
      socket.close();
    }
  }
});

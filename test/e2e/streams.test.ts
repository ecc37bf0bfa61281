import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { eventually, Pilotage } from './harness.ts';
import { describeWithKubectl, Kubectl } from './kubectl.ts';
import { commandLinesWith } from './processes.ts';

const POD = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web' },
  spec: {
    terminationGracePeriodSeconds: 1,
    containers: [{ name: 'main', image: 'host', command: ['sleep', '1000'] }],
  },
};

describeWithKubectl('e2e: kubectl at a pod that runs', function () {
  this.timeout(90_000);
  let pilotage: Pilotage;
  let k: Kubectl;

  before(async () => {
    pilotage = await Pilotage.start();
    k = await Kubectl.inNamespace(pilotage, 'shop');
    await k.apply(POD);
    await k.ok('wait', '--for=condition=Ready', 'pod/web', '--timeout=30s');
  });
  after(() => pilotage.stop());

  it('runs a command and tells its exit code', async () => {
    expect(await k.ok('exec', 'web', '--', 'echo', 'hello')).to.equal('hello');
    expect((await k.run('exec', 'web', '--', 'sh', '-c', 'exit 3')).code).to.equal(3);
  });

  it('copies a file there and back', async () => {
    const [from, back] = [join(pilotage.dir, 'from'), join(pilotage.dir, 'back')];
    const bytes = randomBytes(1_000_000);
    await writeFile(from, bytes);
    const place = (await k.ok('exec', 'web', '--', 'mktemp', '-d')).trim();
    await k.ok('cp', from, `web:${place}/copy`);
    await k.ok('cp', `web:${place}/copy`, back);
    expect((await readFile(back)).equals(bytes)).to.equal(true);
    await k.ok('exec', 'web', '--', 'rm', '-r', place);
  });

  it('says what the pod and the node use', async () => {
    expect(await k.ok('top', 'pod', 'web', '--no-headers')).to.match(/^web\s+\d+m\s+\d+Mi/);
    expect(await k.ok('top', 'node', '--no-headers')).to.match(/\d+m\s+\d+%\s+\d+Mi\s+\d+%/);
  });

  it('debugs the pod beside its containers', async () => {
    await k.ok('debug', 'web', '--image=host', '--container=lens', '--', 'sh', '-c', 'echo looked; exit 4');
    await eventually('the debugger has ended', async () => {
      const path = '.status.ephemeralContainerStatuses[0].state.terminated.exitCode';
      return (await k.jsonpath('pod/web', path)) === '4';
    });
    expect(await k.ok('logs', 'web', '-c', 'lens')).to.equal('looked');
  });

  it('ends a command with an error when the agent is killed, and leaves nothing of it behind', async () => {
    const command = ['sleep', '98765'];
    const failed = k.fails('exec', 'web', '--', ...command);
    const left = async () =>
      (await commandLinesWith(command.join(' '))).filter((one) => !one.includes('kubectl'));
    await eventually('the command runs', async () => (await left()).length > 0);
    process.kill(await pilotage.agentPid(), 'SIGKILL');
    expect(await failed).to.match(/the link to node ".*" is closed/);
    await eventually('nothing of it is left', async () => (await left()).length === 0);
    await eventually(
      'the next agent serves',
      async () => (await k.run('exec', 'web', '--', 'true')).code === 0,
    );
  });
});

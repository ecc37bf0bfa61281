import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { silentLogger } from '../../src/base/log.ts';
import { entriesOf } from '../../src/base/recordfile.ts';
import { findHierarchies } from '../../src/orchestrator/node/runtime/process/limits/hierarchies.ts';
import { createLimits, release } from '../../src/orchestrator/node/runtime/process/limits/limits.ts';
import { eventually, Pilotage } from './harness.ts';
import { describeWithKubectl, Kubectl } from './kubectl.ts';

const hierarchies = findHierarchies(
  readFileSync('/proc/self/mounts', 'utf8'),
  readFileSync('/proc/self/cgroup', 'utf8'),
);

/** Why this machine has no control groups for the test; undefined: it has. */
function lackOfGroups(): string | undefined {
  const probe = createLimits({ name: `pilotage-probe-${process.pid}`, hierarchies, logger: silentLogger });
  const ref = { pod: 'probe', container: 'main', attempt: 0 };
  const { limits, unsupported } = probe.hold(ref, { requests: {}, limits: { memoryBytes: 2 ** 24 } });
  release(limits?.groups ?? []);
  return unsupported[0];
}

/** Folders of a pod in the groups of all agents of this machine, of which others come and go meanwhile. */
const groupsOf = (uid: string): string[] => {
  const places = hierarchies?.version === 1 ? [hierarchies.cpu, hierarchies.memory] : [];
  const all = hierarchies?.version === 2 ? [hierarchies.unified] : places;
  return all.flatMap((place) =>
    entriesOf(place)
      .filter((name) => name.startsWith('pilotage-'))
      .flatMap((name) => entriesOf(join(place, name)).map((folder) => join(place, name, folder)))
      .filter((path) => path.includes(`/${uid}_`)),
  );
};
/** Bytes; undefined: no group of the pod says. */
const bound = (uid: string): number | undefined => {
  const file = hierarchies?.version === 1 ? 'memory.limit_in_bytes' : 'memory.max';
  for (const group of groupsOf(uid))
    if (existsSync(join(group, file))) return Number(readFileSync(join(group, file), 'utf8'));
  return undefined;
};

describeWithKubectl('e2e: limits of pods of processes', function () {
  this.timeout(60_000);
  let pilotage: Pilotage;
  let k: Kubectl;

  before(async () => {
    pilotage = await Pilotage.start();
    k = await Kubectl.inNamespace(pilotage, 'bounded');
  });
  after(() => pilotage?.stop());

  const start = async (
    name: string,
    script: string,
    container: object,
    spec: object = {},
  ): Promise<string> => {
    await k.apply({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name },
      spec: {
        terminationGracePeriodSeconds: 1,
        containers: [{ name: 'main', image: 'host', command: ['node', '-e', script], ...container }],
        ...spec,
      },
    });
    return k.jsonpath(`pod/${name}`, '.metadata.uid');
  };
  const IDLE = 'console.log("up"); setInterval(() => {}, 1000)';
  const up = (name: string) =>
    eventually(`${name} is up`, async () => (await k.run('logs', name)).stdout.includes('up'));

  const isBound = (uid: string) =>
    eventually('its limit of memory', async () => bound(uid) === 200 * 2 ** 20);

  it('end the program that takes more memory than its limit, by that name', async function () {
    const lack = lackOfGroups();
    if (lack) {
      console.log(`!!! ${lack}`);
      return this.skip();
    }
    const script = 'const all = []; for (;;) all.push(Buffer.alloc(2 ** 22, 1));';
    const resources = { limits: { memory: '128Mi' } };
    await start('greedy', script, { resources }, { restartPolicy: 'Never' });
    const ended = '.status.containerStatuses[0].state.terminated';
    await eventually(
      'its end',
      async () => (await k.jsonpath('pod/greedy', `${ended}.reason`)) === 'OOMKilled',
    );
    expect(await k.jsonpath('pod/greedy', `${ended}.exitCode`)).to.equal('137');
  });

  it('go on when the agent is killed, hold commands beside the program, and leave nothing behind', async function () {
    if (lackOfGroups()) return this.skip();
    const resources = { requests: { cpu: '50m' }, limits: { cpu: '500m', memory: '200Mi' } };
    const uid = await start('bounded', IDLE, { resources });
    await up('bounded');
    await isBound(uid);
    const agent = await pilotage.agentPid();
    process.kill(agent, 'SIGKILL');
    await eventually('the next agent', async () => (await pilotage.agentPid()) !== agent);
    const own = await eventually('a command', async () => {
      const { code, stdout } = await k.run('exec', 'bounded', '--', 'cat', '/proc/self/cgroup');
      return code === 0 && stdout;
    });
    expect(own).to.contain(`${uid}_main_0`);
    expect(await k.jsonpath('pod/bounded', '.status.containerStatuses[0].restartCount')).to.equal('0');
    await isBound(uid);
    await k.ok('delete', 'pod/bounded', 'pod/greedy', '--timeout=25s');
    await eventually('no group', async () => groupsOf(uid).length === 0);
  });

  it('and what else a process cannot honour are told of once', async () => {
    const securityContext = { readOnlyRootFilesystem: true, capabilities: { add: ['SYS_TIME'] } };
    await start('asking', IDLE, { securityContext });
    await up('asking');
    const events = () =>
      k.lines('get', 'events', '--field-selector', 'reason=Unsupported', '-o', 'custom-columns=M:.message');
    const told = await eventually('two events', async () => {
      const [, ...messages] = await events();
      return messages.length === 2 && messages.join('\n');
    });
    expect(told)
      .to.contain('securityContext.readOnlyRootFilesystem is ignored')
      .and.to.contain('securityContext.capabilities.add is ignored: a process is given none (SYS_TIME)');
  });
});

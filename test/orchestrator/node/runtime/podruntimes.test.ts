import { expect } from 'chai';
import { createPodRuntimes } from '../../../../src/orchestrator/node/runtime/podruntimes.ts';
import type { RuntimeName } from '../../../../src/orchestrator/node/runtime/routing.ts';
import type { SandboxSpec } from '../../../../src/orchestrator/node/runtime/spec.ts';
import { createFakeMachine } from './fakeruntime.ts';
import { containerSpec } from './notation.ts';

const spec = (pod: string, more: Partial<SandboxSpec> = {}): SandboxSpec => ({
  pod,
  namespace: 'shop',
  name: pod,
  hostname: pod,
  hostNetwork: false,
  containers: ['main'],
  images: ['app'],
  volumesDir: '/nowhere',
  ...more,
});

describe('the runtimes of a node', () => {
  function underTest(lack: string | undefined = undefined) {
    const machines = { process: createFakeMachine(), container: createFakeMachine() };
    let route: RuntimeName = 'container';
    const runtimes = { process: machines.process.open(), container: machines.container.open() };
    const routeTo = (name: RuntimeName): void => {
      route = name;
    };
    const open = (given = runtimes) =>
      createPodRuntimes({ runtimes: given, route: async () => route, lackOfEngine: async () => lack });
    return { machines, runtimes, open, routeTo };
  }
  const start = { pod: 'a', container: 'main', attempt: 0 };

  it('run each pod where it was routed to when it was new', async () => {
    const { machines, open, routeTo } = underTest();
    const node = open();
    await node.runSandbox(spec('a'));
    routeTo('process');
    await node.runSandbox(spec('b'));
    await node.start(containerSpec(start, ['serve']));
    await node.start(containerSpec({ ...start, pod: 'b' }, ['serve']));
    expect(machines.container.calls).to.deep.equal(['start main/0']);
    expect(machines.process.calls).to.deep.equal(['start main/0']);
    expect([...(await node.pods())].sort()).to.deep.equal(['a', 'b']);
  });

  it('keep a pod where the agent before had it, whatever it would be routed to now', async () => {
    const { machines, open, routeTo } = underTest();
    await open().runSandbox(spec('a'));
    routeTo('process');
    const next = open();
    await next.runSandbox(spec('a', { address: '10.88.0.2' }));
    await next.start(containerSpec(start, ['serve']));
    expect(machines.container.calls).to.deep.equal(['start main/0']);
    routeTo('container');
    await next.runSandbox(spec('b', { address: '127.201.0.1' }));
    await next.start(containerSpec({ ...start, pod: 'b' }, ['serve']));
    expect(machines.process.calls).to.deep.equal(['start main/0']);
  });

  it('ask once what the agent before left in containers, however many pods are new', async () => {
    const { runtimes, open } = underTest();
    let asked = 0;
    const node = open({
      ...runtimes,
      container: {
        ...runtimes.container,
        async pods() {
          asked += 1;
          if (asked === 1) throw new Error('the disk fails');
          return [];
        },
      },
    });
    const refused = await node.runSandbox(spec('a')).catch((error: Error) => error.message);
    expect(refused).to.equal('the disk fails');
    for (const pod of ['a', 'b', 'c']) await node.runSandbox(spec(pod));
    expect(asked).to.equal(2);
  });

  it('say of an image that would need an engine what is missing', async () => {
    const { open, routeTo } = underTest('this node has no container engine');
    routeTo('process');
    const node = open();
    await node.runSandbox(spec('a'));
    const pulled = await node.pullImage('nginx:1', { pod: 'a' });
    expect(pulled.ok ? '' : pulled.message).to.equal(
      'image "nginx:1" is not in the registry. To run it as a container: this node has no container engine',
    );
  });

  it('say of a pod that was begun before there was an engine that the next one gets a container', async () => {
    const { open, routeTo } = underTest();
    routeTo('process');
    const node = open();
    await node.runSandbox(spec('a'));
    const pulled = await node.pullImage('nginx:1', { pod: 'a' });
    expect(pulled.ok ? '' : pulled.message).to.contain('delete it, and the next one gets a container');
  });

  it('forget a pod that this agent does not know wherever something of it is left', async () => {
    const { open } = underTest();
    await open().runSandbox(spec('a'));
    const next = open();
    await next.removeSandbox('a');
    expect(await next.pods()).to.deep.equal([]);
  });
});

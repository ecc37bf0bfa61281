import { expect } from 'chai';
import { deferred } from '../../../../../src/base/deferred.ts';
import type { Engine } from '../../../../../src/orchestrator/node/runtime/container/engine/engine.ts';
import { openRecords } from '../../../../../src/orchestrator/node/runtime/container/records.ts';
import {
  createSandboxes,
  type NetworkGuard,
} from '../../../../../src/orchestrator/node/runtime/container/sandboxes.ts';
import { scratch } from '../../helpers.ts';

const CONTAINER = 'a container';

/** An engine of a few methods, whose creations wait until they are released. */
function slowEngine() {
  const held = new Map<string, string>();
  const gate = deferred();
  const events: string[] = [];
  let creations = 0;
  const engine = {
    image: async () => ({}),
    async create(name: string) {
      creations += 1;
      await gate.promise;
      held.set(name, 'created');
    },
    async start(name: string) {
      events.push(`started ${name}`);
      held.set(name, 'running');
    },
    async inspect(name: string) {
      const Status = held.get(name);
      const NetworkSettings = { IPAddress: '10.88.0.2' };
      return Status === undefined ? undefined : { Id: name, State: { Status, Pid: 1234 }, NetworkSettings };
    },
    list: async () =>
      [...held.keys()].map((Id) => ({
        Id,
        Labels: Id === CONTAINER ? { 'dev.pilotage.container': 'main' } : {},
      })),
    async kill(id: string) {
      events.push(`killed ${id}`);
      if (held.has(id)) held.set(id, 'exited');
    },
    async remove(id: string) {
      held.delete(id);
    },
  } as unknown as Engine;
  return { engine, held, events, release: gate.resolve, creations: () => creations };
}

describe('the sandbox of a pod of containers', () => {
  let place: ReturnType<typeof scratch>;
  beforeEach(() => {
    place = scratch();
  });
  afterEach(() => place.dispose());

  const spec = () => ({
    pod: 'uid',
    namespace: 'shop',
    name: 'web',
    hostname: 'web',
    hostNetwork: false,
    containers: ['main'],
    images: ['app'],
    volumesDir: place.path,
  });
  const open = (guard?: NetworkGuard) => {
    const records = openRecords(place.path);
    records.setEngineSocket('/run/engine.sock');
    return createSandboxes({
      records,
      hostIP: '127.0.0.1',
      traitsOf: () => ({ name: 'podman', ulimits: [] }),
      networks: {
        known: () => undefined,
        ensure: async () => undefined,
        keep: async () => {},
        remove: async () => {},
      },
      ...(guard ? { guard } : {}),
    });
  };

  it('is not left behind by a pod that is removed while it is being made', async () => {
    const { engine, held, release } = slowEngine();
    const sandboxes = open();
    const making = sandboxes.run(engine, spec());
    const removing = sandboxes.remove(engine, 'uid');
    release();
    await Promise.all([making, removing]);
    expect([...held.keys()]).to.deep.equal([]);
  });

  it('is there when its network is as policies want it, and is ended again where that cannot be', async () => {
    const { engine, held, release } = slowEngine();
    release();
    const guarded: unknown[] = [];
    let isRefused = true;
    const sandboxes = open(async (pod, where) => {
      guarded.push([pod, where]);
      if (isRefused) throw new Error('no rules');
    });
    const failure = await sandboxes.run(engine, spec()).catch(({ message }: Error) => message);
    expect(failure).to.equal('network policies of pod web cannot be set: no rules');
    expect([...held.values()]).to.deep.equal(['exited']);
    isRefused = false;
    expect((await sandboxes.run(engine, spec())).ok).to.equal(true);
    const once = ['uid', { proc: '1234', address: '10.88.0.2' }];
    expect(guarded).to.deep.equal([once, once]);
  });

  it('is ended with its pod, and not begun again for the next agent', async () => {
    const { engine, held, release } = slowEngine();
    release();
    // By which the next agent has the same names for them.
    openRecords(place.path).setEngineSocket('/engine.sock');
    await open().run(engine, spec());
    await open().stop(engine, 'uid');
    expect([...held.values()]).to.deep.equal(['exited']);
    const result = await open().run(engine, { ...spec(), isOver: true });
    expect(result.ok && result.sandbox.address).to.equal('10.88.0.2');
    expect([...held.values()]).to.deep.equal(['exited']);
  });

  it('is refused to a pod that counts on users of its own', async () => {
    const { engine, creations } = slowEngine();
    expect(await open().run(engine, { ...spec(), ownUsers: true })).to.deep.equal({
      ok: false,
      message: 'this node has no user namespaces for pods: leave `hostUsers: false` out',
    });
    expect(creations()).to.equal(0);
  });

  it('is made once, however many ask for it meanwhile', async () => {
    const { engine, release, creations } = slowEngine();
    const sandboxes = open();
    const asked = [sandboxes.run(engine, spec()), sandboxes.run(engine, spec())];
    release();
    for (const result of await Promise.all(asked))
      expect(result.ok && result.sandbox.address).to.equal('10.88.0.2');
    expect(creations()).to.equal(1);
  });

  for (const [what, lose] of [
    ['that has ended', (held: Map<string, string>, name: string) => held.set(name, 'exited')],
    ['that is gone', (held: Map<string, string>, name: string) => held.delete(name)],
  ] as const)
    it(`${what} is followed by another once what runs in its network is killed, also by the next agent`, async () => {
      const { engine, held, events, release } = slowEngine();
      release();
      await open().run(engine, spec());
      const name = String([...held.keys()][0]);
      held.set(CONTAINER, 'running');
      lose(held, name);
      events.length = 0;
      await open().run(engine, spec());
      expect(events).to.deep.equal([`killed ${CONTAINER}`, `started ${name}`]);
    });
});

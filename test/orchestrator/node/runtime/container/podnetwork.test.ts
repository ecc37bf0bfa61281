import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { silentLogger } from '../../../../../src/base/log.ts';
import type { Engine } from '../../../../../src/orchestrator/node/runtime/container/engine/engine.ts';
import { EngineError } from '../../../../../src/orchestrator/node/runtime/container/engine/http.ts';
import type { CreateRequest } from '../../../../../src/orchestrator/node/runtime/container/engine/types.ts';
import { localRoute } from '../../../../../src/orchestrator/node/runtime/container/localroute.ts';
import { networkPlans } from '../../../../../src/orchestrator/node/runtime/container/networkplan.ts';
import { createPodNetworks } from '../../../../../src/orchestrator/node/runtime/container/podnetwork.ts';
import { openRecords } from '../../../../../src/orchestrator/node/runtime/container/records.ts';
import { relayRequest } from '../../../../../src/orchestrator/node/runtime/container/relayrequest.ts';
import { scratch } from '../../helpers.ts';

const [plan] = networkPlans([], 0);
if (!plan) throw new Error('there is no plan');

describe('the plan of a network of containers', () => {
  it('has a range for pods, an address of the relay, and ranges that stand for those of the node', () =>
    expect(plan).to.deep.equal({
      subnet: '10.16.0.0/14',
      gateway: '10.16.0.1',
      pods: '10.16.0.0/16',
      relay: '10.16.255.254',
      relayed: '10.18.0.0/15',
      processes: '10.18.0.0/16',
      services: '10.19.0.0/16',
    }));

  it('leaves out what the machine has routes to', () => {
    const subnets = networkPlans(['10.16.4.0/24', '10.24.0.0/13', '192.168.0.0/16'], 59).map(
      ({ subnet }) => subnet,
    );
    expect(subnets.slice(0, 4)).to.deep.equal([
      '10.252.0.0/14',
      '10.20.0.0/14',
      '10.32.0.0/14',
      '10.36.0.0/14',
    ]);
    expect(networkPlans(['10.0.0.0/8'], 3)).to.deep.equal([]);
  });
});

describe('the message that makes a range the own of a network namespace', () => {
  it('is what `ip route add local 10.18.0.0/15 dev lo` sends', () =>
    expect(localRoute('10.18.0.0/15').toString('hex')).to.equal(
      ['2c000000', '1800', '0505', '00000000', '00000000', '020f0000', 'ff04fe02', '00000000']
        .concat(['08000100', '0a120000', '08000400', '01000000'])
        .join(''),
    ));
});

describe('the container of the relay', () => {
  const request = (more: object = {}) =>
    relayRequest({
      agent: 'me',
      network: 'net',
      plan,
      image: 'pause',
      traits: { name: 'podman', ulimits: [] },
      directory: '/data/agent/relay',
      socket: 'agent.sock',
      program: { folder: '/opt/pilotage/dist', file: 'relay.js', version: '1' },
      node: {
        path: '/usr/bin/node',
        libraries: { loader: '/usr/lib/x/ld-linux.so.2', folders: ['/usr/lib/x', '/opt/lib'] },
      },
      ...more,
    });

  it('runs the Node.js of this machine, with its libraries, wherever they are', () => {
    expect(request().Cmd).to.deep.equal([
      ...['/lib/0/ld-linux.so.2', '--library-path', '/lib/0:/lib/1'],
      ...['/node', '/program/relay.js', '/run/pilotage/agent.sock'],
    ]);
    const node = { path: '/usr/bin/node', libraries: undefined };
    expect(request({ node }).Cmd?.[0]).to.equal('/node');
  });

  it('may change nothing but its own network, where its address is always the same', () => {
    const { HostConfig, NetworkingConfig } = request();
    expect(HostConfig).to.deep.include({ ReadonlyRootfs: true, CapDrop: ['ALL'] });
    expect(HostConfig.Mounts?.every(({ ReadOnly }) => ReadOnly)).to.equal(true);
    expect(NetworkingConfig?.EndpointsConfig).to.deep.equal({
      net: { IPAMConfig: { IPv4Address: '10.16.255.254' }, MacAddress: '02:50:0a:10:ff:fe' },
    });
  });

  it('is another one for another program', () => {
    const program = { folder: '/opt/pilotage/dist', file: 'relay.js', version: '2' };
    expect(request({ program }).Labels).to.not.deep.equal(request().Labels);
    expect(request().Labels).to.deep.equal(request().Labels);
  });
});

/** An engine that has networks and containers by their names. */
function fakeEngine(refusals = 0) {
  const networks = new Set<string>();
  const containers = new Map<string, { status: string; request: CreateRequest }>();
  const created: string[] = [];
  let left = refusals;
  const engine = {
    image: async () => ({}),
    network: async (name: string) => networks.has(name),
    async createNetwork(name: string, { subnet }: { subnet: string }) {
      if (left-- > 0) throw new EngineError(500, `subnet ${subnet} is already used on the host`);
      networks.add(name);
    },
    removeNetwork: async (name: string) => void networks.delete(name),
    inspect: async (name: string) => {
      const found = containers.get(name);
      return found && { Id: name, State: { Status: found.status }, Config: { Labels: found.request.Labels } };
    },
    async create(name: string, request: CreateRequest) {
      created.push(name);
      containers.set(name, { status: 'created', request });
    },
    async start(name: string) {
      const found = containers.get(name);
      if (found) found.status = 'running';
    },
    remove: async (name: string) => void containers.delete(name),
  };
  return { engine: engine as unknown as Engine, networks, containers, created };
}

describe('the network of the pods of a node', () => {
  let place: ReturnType<typeof scratch>;
  beforeEach(() => {
    place = scratch();
  });
  afterEach(() => place.dispose());

  const open = (version = '1') => {
    const plans: string[] = [];
    const records = openRecords(join(place.path, 'containers'));
    records.setEngineSocket('/engine.sock');
    const networks = createPodNetworks({
      records,
      program: {
        folder: '/dist',
        file: 'relay.js',
        version,
        directory: join(place.path, 'relay'),
        socket: 's',
      },
      traitsOf: () => ({ name: 'podman', ulimits: [] }),
      onPlan: ({ subnet }) => plans.push(subnet),
      logger: silentLogger,
      random: () => 0,
    });
    return { networks, plans };
  };

  it('is made with its relay, and is the same for the next agent', async () => {
    const { engine, created } = fakeEngine();
    const first = await open().networks.ensure(engine);
    const route = await readFile(join(place.path, 'relay', 'route'));
    expect(route.equals(localRoute(first?.plan.relayed ?? ''))).to.equal(true);
    const { networks, plans } = open();
    expect(networks.known()).to.deep.equal(first);
    expect(await networks.ensure(engine)).to.deep.equal(first);
    expect(plans).to.deep.equal([first?.plan.subnet]);
    expect(created).to.have.length(1);
  });

  it('has other addresses where those are taken', async () => {
    const { engine } = fakeEngine(2);
    const others = networkPlans([], 0)
      .slice(2, 40)
      .map(({ subnet }) => subnet);
    expect(others).to.include((await open().networks.ensure(engine))?.plan.subnet);
  });

  it('is left out where the engine refuses every one: containers run without Services', async () => {
    const { engine } = fakeEngine(100);
    expect(await open().networks.ensure(engine)).to.equal(undefined);
  });

  it('has its relay made anew when that has ended, and when it is of an earlier program', async () => {
    const { engine, containers, created } = fakeEngine();
    await open().networks.ensure(engine);
    for (const one of containers.values()) one.status = 'exited';
    await open().networks.ensure(engine);
    expect(created).to.have.length(2);
    await open('2').networks.ensure(engine);
    expect(created).to.have.length(3);
    expect([...containers.values()].map(({ status }) => status)).to.deep.equal(['running']);
  });

  it('is removed with its relay', async () => {
    const { engine, networks, containers } = fakeEngine();
    const { networks: own } = open();
    await own.ensure(engine);
    await own.remove(engine, () => true);
    expect([networks.size, containers.size]).to.deep.equal([1, 1]);
    // Whoever keeps it comes too late.
    await Promise.all([own.remove(engine, () => false), own.keep(engine)]);
    expect([networks.size, containers.size]).to.deep.equal([0, 0]);
    expect(own.known()).to.equal(undefined);
    expect(existsSync(join(place.path, 'containers', 'network.json'))).to.equal(false);
  });
});

import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { API_SERVICES } from '../../../../src/kube/kinds/resources.data.ts';
import { type AggregatedWorld, startAvailable } from './world.ts';

const ark = { apiVersion: 'sea.example.com/v1', kind: 'Ship', metadata: { name: 'ark', namespace: 'shop' } };
const here = spawnSync('kubectl', ['version', '--client']).status === 0;

(here ? describe : describe.skip)('kubectl and an aggregated API server', function () {
  this.timeout(60_000);
  let world: AggregatedWorld;
  let scratch: string;
  before(async () => {
    world = await startAvailable();
    scratch = mkdtempSync(join(tmpdir(), 'pilotage-kubectl-'));
    world.serve((request, response) => {
      const isList = request.url?.split('?')[0]?.endsWith('/ships');
      const list = { apiVersion: 'sea.example.com/v1', kind: 'ShipList', metadata: {}, items: [ark] };
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(isList ? list : ark));
    });
  });
  after(async () => {
    await world.close();
    rmSync(scratch, { recursive: true, force: true });
  });

  const run = (...args: string[]): Promise<{ code: number; out: string; err: string }> =>
    new Promise((resolve) => {
      const env = {
        ...process.env,
        KUBECONFIG: world.server.kubeconfig,
        KUBECACHEDIR: join(scratch, String(Math.random())),
      };
      execFile('kubectl', args, { env, timeout: 30_000 }, (error, out, err) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : error ? 1 : 0, out, err }),
      );
    });

  it('gets its resources by name, short name and category', async () => {
    for (const what of ['ships', 'ship/ark', 'sh'])
      expect((await run('get', what, '-n', 'shop', '-o', 'name')).out, what).to.equal(
        'ship.sea.example.com/ark\n',
      );
    expect((await run('get', 'all', '-n', 'shop', '-o', 'name')).out).to.contain('ship.sea.example.com/ark');
  });

  it('lists its resources, and which server is behind them', async () => {
    const { out } = await run('api-resources', '--api-group', 'sea.example.com', '--no-headers');
    expect(out.trim().split(/\s+/)).to.deep.equal(['ships', 'sh', 'sea.example.com/v1', 'true', 'Ship']);
    const row = (await run('get', 'apiservices', 'v1.sea.example.com', '--no-headers')).out
      .trim()
      .split(/\s+/);
    expect(row.slice(0, 3)).to.deep.equal(['v1.sea.example.com', 'shop/fleet', 'True']);
  });

  it('lists all other resources while one server is dead', async () => {
    await world.client.create(API_SERVICES, {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: 'v1.dead.example.com' },
      spec: {
        group: 'dead.example.com',
        version: 'v1',
        groupPriorityMinimum: 1,
        versionPriority: 1,
        service: { namespace: 'shop', name: 'nobody' },
      },
    });
    // What it prints about the dead one, and whether it fails then, differs between its versions.
    const { out } = await run('api-resources', '--no-headers', '-o', 'name');
    expect(out.split('\n')).to.include.members(['pods', 'deployments.apps', 'ships.sea.example.com']);
    expect((await run('get', 'namespaces', '-o', 'name')).out).to.contain('namespace/shop');
  });
});

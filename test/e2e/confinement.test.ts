import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Confinement } from '../../src/base/confinement.ts';
import type { Condition } from '../../src/kube/values/condition.ts';
import { eventually, Pilotage } from './harness.ts';
import { commandLinesWith } from './processes.ts';
import { tokenIsThere, withSpies } from './spy.ts';

const NOBODY = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'];
const isRoot = process.geteuid?.() === 0;

/** What this machine permits: the daemon decides, and these say what follows. */
const ways: readonly {
  readonly as: string;
  readonly under: readonly string[];
  readonly possible: boolean;
}[] = [
  { as: 'root', under: [], possible: isRoot },
  { as: 'root who may not mount', under: ['setpriv', '--bounding-set=-sys_admin'], possible: isRoot },
  { as: 'an ordinary user', under: isRoot ? NOBODY : [], possible: true },
];

for (const { as, under, possible } of ways) {
  describe(`e2e: builds and pods of ${as}`, function () {
    this.timeout(60_000);
    let pilotage: Pilotage;
    let confinement: Confinement;

    before(async function () {
      // Only root can be root.
      if (!possible) return this.skip();
      pilotage = await Pilotage.start(under);
      const config = await readFile(join(pilotage.dataDir, 'agent', 'config.json'), 'utf8');
      ({ confinement } = JSON.parse(config) as { confinement: Confinement });
    });
    after(() => pilotage?.stop());

    it('cannot read what the daemon keeps, nor what its processes know, nor end them', async function () {
      // A kernel that permits neither says so in `pilotage up`; there is nothing to hold up then.
      if (confinement.type === 'none') return this.skip();
      const work = await withSpies(pilotage, 'spy');
      const pushed = await work.push();
      expect(pushed.code, pushed.stderr).to.equal(0);
      const { stdout } = await pilotage.cli('logs', 'spy/dev');
      for (const told of [pushed.stderr, stdout]) {
        expect(told).to.match(/spied as \d+/);
        expect(told.split('\n').filter((line) => line.includes('REACHED'))).to.deep.equal([]);
      }
      expect(await tokenIsThere(pilotage)).to.equal(true);
    });

    it('are told of by a condition of the node', async () => {
      expect(confinement.type).to.be.oneOf(as.startsWith('root') ? ['uid', 'none'] : ['namespace', 'none']);
      const { stdout } = await pilotage.kubectl('get', 'nodes', '-o', 'json');
      const [node] = (JSON.parse(stdout) as { items: { status: { conditions: Condition[] } }[] }).items;
      const told = node?.status.conditions.find(({ type }) => type === 'pilotage.dev/Confined');
      expect(told).to.include({ status: confinement.type === 'none' ? 'False' : 'True' });
    });

    it('are known by their sockets: who listens on every address is not ready, who listens on its own is', async () => {
      const listening = (name: string, listen: string, probe: object) => ({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name },
        spec: {
          terminationGracePeriodSeconds: 1,
          containers: [
            {
              name: 'main',
              image: 'host',
              command: [
                'node',
                '-e',
                `require('node:http').createServer((_, response) => response.end('ok')).listen(${listen})`,
              ],
              ...probe,
            },
          ],
        },
      });
      await pilotage.applyJson(
        listening('own', '28101, process.env.HOST', {
          readinessProbe: { tcpSocket: { port: 28101 }, periodSeconds: 1 },
        }),
      );
      await pilotage.applyJson(listening('everywhere', '28102', {}));
      const becomes = (pod: string, condition: string) =>
        pilotage.kubectl('wait', `pod/${pod}`, `--for=condition=${condition}`, '--timeout=20s');
      const [own, everywhere] = await Promise.all([
        becomes('own', 'Ready'),
        becomes('everywhere', 'pilotage.dev/WildcardAddress'),
      ]);
      expect([own.code, everywhere.code], own.stderr + everywhere.stderr).to.deep.equal([0, 0]);
      expect((await becomes('everywhere', 'Ready=False')).code).to.equal(0);
      const gone = await pilotage.kubectl('delete', 'pod/own', 'pod/everywhere', '--timeout=15s');
      expect(gone.code, gone.stderr).to.equal(0);
    });

    it('leave nothing behind, not even what has left the group of its container', async () => {
      const mark = `sleep 300.${pilotage.ready.pid}`;
      const leaver = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'leaver' },
        spec: {
          terminationGracePeriodSeconds: 1,
          containers: [
            { name: 'main', image: 'host', command: ['sh', '-c', `(setsid ${mark} &) & sleep 300`] },
          ],
        },
      };
      await pilotage.applyJson(leaver);
      await eventually('the daemon', async () =>
        (await commandLinesWith(mark)).some((line) => line.startsWith(mark)),
      );
      const gone = await pilotage.kubectl('delete', 'pod/leaver', '--timeout=15s');
      expect(gone.code, gone.stderr).to.equal(0);
      await eventually('its end', async () => (await commandLinesWith(mark)).length === 0);
    });

    it('answer exec probes and hooks in their own confines, and end when they are told', async () => {
      const pod = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'probed' },
        spec: {
          terminationGracePeriodSeconds: 1,
          containers: [
            {
              name: 'main',
              image: 'host',
              command: ['sh', '-c', 'trap "echo told; exit 0" TERM; touch here; while :; do sleep 0.1; done'],
              readinessProbe: { exec: { command: ['test', '-e', 'here'] }, periodSeconds: 1 },
              lifecycle: { preStop: { exec: { command: ['sh', '-c', 'echo hooked >hooked'] } } },
            },
          ],
        },
      };
      await pilotage.applyJson(pod);
      const ready = await pilotage.kubectl('wait', 'pod/probed', '--for=condition=Ready', '--timeout=15s');
      expect(ready.code, ready.stderr).to.equal(0);
      const gone = await pilotage.kubectl('delete', 'pod/probed', '--timeout=15s');
      expect(gone.code, gone.stderr).to.equal(0);
    });
  });
}

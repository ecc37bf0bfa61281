import { join } from 'node:path';
import { expect } from 'chai';
import type { KubeClient } from '../../src/kube/client/client.ts';
import { CONFIG_MAPS, NAMESPACES } from '../../src/kube/kinds/resources.data.ts';
import { ANNOTATIONS } from '../../src/model/annotations.ts';
import { ENVIRONMENTS, PILOTAGE_NAMESPACE } from '../../src/model/types.ts';
import { eventually, Pilotage, statusOf, type Work } from './harness.ts';

/** A cluster that is to be the home, and how an administrator reaches it. */
export interface Peer {
  /** Path of a kubeconfig whose contexts are the cluster. */
  readonly kubeconfig: string;
  readonly context: string;
  readonly client: KubeClient;
}

export const PILOTAGE_FILE = `apiVersion: pilotage.dev/v1alpha1
kind: Delivery
metadata: {name: afar}
spec:
  environments:
    - {name: dev, branch: main}
    - {name: prod, branch: prod, promotion: {from: dev}}
  apps:
    - {name: settings, chart: settings}
`;

export const settings = (color: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {color: ${color}}\n`;

/** What holds wherever the home is, asked of the built program. */
export function homeClusterSuite(title: string, open: () => Promise<Peer>): void {
  describe(title, function () {
    this.timeout(120_000);
    let peer: Peer;
    let pilotage: Pilotage;
    let work: Work;

    before(async () => {
      peer = await open();
      pilotage = await Pilotage.start([], async () => peer.kubeconfig, undefined, ['--home', peer.context]);
      work = await pilotage.repository('afar');
    });
    after(() => pilotage?.stop());

    const color = async (namespace: string): Promise<string | undefined> => {
      const key = { namespace, name: 'settings' };
      return (await peer.client.get(CONFIG_MAPS, key)).data?.color;
    };
    const deliver = async (text: string): Promise<string> => {
      await work.write('settings/settings.yaml', settings(text));
      const revision = await work.commit(text);
      const { code, stderr } = await work.push();
      expect(code, stderr).to.equal(0);
      expect(stderr).to.contain('afar-dev is healthy');
      return revision;
    };

    it('holds the objects of pilotage.dev, and what is delivered', async () => {
      await work.write('pilotage.yaml', PILOTAGE_FILE);
      const revision = await deliver('red');
      expect(await color('afar-dev')).to.equal('red');
      const environment = await peer.client.get(ENVIRONMENTS, {
        namespace: PILOTAGE_NAMESPACE,
        name: 'afar.dev',
      });
      expect(environment.status?.deployedRevision).to.equal(revision);
    });

    it('heals drift there', async () => {
      const key = { namespace: 'afar-dev', name: 'settings' };
      await peer.client.patch(CONFIG_MAPS, key, { type: 'merge', body: { data: { color: 'blue' } } });
      await eventually('the color is red again', async () => (await color('afar-dev')) === 'red');
    });

    it('promotes from one environment to the next', async () => {
      const { code, stderr, stdout } = await pilotage.cli('promote', 'afar/prod');
      expect(code, stdout + stderr).to.equal(0);
      await eventually('prod is red', async () => (await color('afar-prod').catch(() => '')) === 'red');
    });

    it('runs neither a control plane nor a node on this machine', async () => {
      expect(pilotage.ready).to.include({ context: peer.context }).and.not.have.property('agentPid');
      const { code, stderr } = await pilotage.cli('kubeconfig');
      expect([code, stderr]).to.satisfy(
        ([code, text]: [number, string]) => code === 1 && /context/.test(text),
      );
      const backup = await pilotage.cli('backup', join(pilotage.dir, 'backup'));
      expect(backup.code).to.equal(1);
      expect(backup.stderr).to.contain('Back that cluster up');
    });

    it('is found again by a start that does not name it', async () => {
      await pilotage.crash();
      await pilotage.up();
      const revision = await deliver('green');
      expect(await color('afar-dev')).to.equal('green');
      expect((await statusOf(pilotage, 'afar', 'dev'))?.deployedRevision).to.equal(revision);
    });

    it('refuses to be the home of a second Pilotage', async () => {
      const start = Pilotage.start([], async () => peer.kubeconfig, undefined, ['--home', peer.context]);
      const refusal = await start.then(
        async (second) => {
          await second.stop();
          return 'it started';
        },
        (error: unknown) => String(error),
      );
      expect(refusal).to.contain('is the home of another Pilotage');
      const { metadata } = await peer.client.get(NAMESPACES, { name: PILOTAGE_NAMESPACE });
      expect(metadata.annotations?.[ANNOTATIONS.homeOf]).to.match(/^[0-9a-f-]{36}$/);
    });
  });
}

import { expect } from 'chai';
import { eventually, fetchText, type Pilotage, statusOf } from '../e2e/harness.ts';
import type { Attack } from './attack.ts';
import { config, deployed, plainRepository, told } from './promotion.ts';

const uidOf = async (target: Pilotage): Promise<string> =>
  (await target.kubectl('-n', 'selector-dev', 'get', 'deployment', 'web', '-o', 'jsonpath={.metadata.uid}'))
    .stdout;

export const attacks: readonly Attack[] = [
  {
    input: 'a commit that changes the selector of a Deployment that serves',
    async run(target) {
      const work = await target.repository('selector');
      expect((await work.push()).code).to.equal(0);
      expect((await target.cli('wait', 'selector/dev', '--timeout', '60s')).code).to.equal(0);
      const [url = ''] = (await statusOf(target, 'selector', 'dev'))?.urls ?? [];
      const before = await uidOf(target);
      for (const file of ['deployment', 'service']) {
        await work.edit(`chart/templates/${file}.hbs`, (text) =>
          text.replaceAll('{app: web}', '{app: web, tier: front}'),
        );
      }
      const changed = await work.commit('another selector');
      const { stderr } = await work.push();
      expect(told(stderr)).to.contain('pilotage sync selector/dev --confirm-recreate');
      expect((await fetchText(url)).status).to.equal(200);
      expect(await uidOf(target)).to.equal(before);
      const confirmed = await target.cli('sync', 'selector/dev', '--confirm-recreate', '--wait');
      expect(confirmed.code, confirmed.stderr).to.equal(0);
      await deployed(target, 'selector/dev', changed);
      expect(await uidOf(target)).to.not.equal(before);
      await eventually('it serves again', async () => (await fetchText(url)).status === 200);
      return 'waited for a word, serving meanwhile; recreated with it';
    },
  },
  {
    input: 'a Service that becomes headless',
    async run(target) {
      const service = (address: string) =>
        `apiVersion: v1\nkind: Service\nmetadata: {name: db}\nspec: {${address} selector: {app: db}, ports: [{port: 80}]}\n`;
      const work = await plainRepository(target, 'headless', '\n{name: dev, branch: main}');
      await work.write('k8s/db.yaml', service(''));
      const first = await work.commit('a service');
      await work.push();
      await deployed(target, 'headless/dev', first);
      await work.write('k8s/db.yaml', service('clusterIP: None,'));
      await work.write('k8s/a.yaml', config('a', 'two'));
      const headless = await work.commit('headless');
      await work.push();
      await deployed(target, 'headless/dev', headless);
      const { stdout } = await target.kubectl(
        '-n',
        'headless-dev',
        'get',
        'service',
        'db',
        '-o',
        'jsonpath={.spec.clusterIP}',
      );
      expect(stdout).to.equal('None');
      return 'made anew, without an address';
    },
  },
];

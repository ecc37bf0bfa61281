import { expect } from 'chai';
import { eventually, statusOf } from '../e2e/harness.ts';
import type { Attack } from './attack.ts';
import { config, plainRepository, told, valueIn } from './promotion.ts';

export const attacks: readonly Attack[] = [
  {
    input:
      "a manifest with the annotation pilotage.dev/adopt for somebody else's ConfigMap, which carries it as well",
    async run(target) {
      const work = await plainRepository(target, 'taker', '{name: dev, branch: main}');
      await eventually('it is there', async () => (await valueIn(target, 'taker-dev')) === 'one');
      await target.kubectl('-n', 'taker-dev', 'create', 'configmap', 'theirs', '--from-literal=value=theirs');
      await target.kubectl('-n', 'taker-dev', 'annotate', 'configmap', 'theirs', 'pilotage.dev/adopt=true');
      const claim = config('theirs', 'taken').replace(
        'name: theirs',
        'name: theirs, annotations: {pilotage.dev/adopt: "true"}',
      );
      await work.write('k8s/b.yaml', claim);
      await work.commit('take');
      const { stderr } = await work.push();
      expect(told(stderr)).to.contain('pilotage.dev/adopt of a manifest grants nothing');
      expect(told(stderr)).to.contain('pilotage adopt taker/dev ConfigMap/theirs');
      expect(await valueIn(target, 'taker-dev', 'theirs')).to.equal('theirs');
      const wrong = await target.cli('adopt', 'taker/dev', 'ConfigMap/a');
      expect(wrong.stderr).to.contain('What waits: ConfigMap/theirs');
      await target.cli('adopt', 'taker/dev', 'ConfigMap/theirs');
      await eventually(
        'it is taken over',
        async () => (await valueIn(target, 'taker-dev', 'theirs')) === 'taken',
      );
      return 'ignored and said; taken over by the word of a person only';
    },
  },
  {
    input: 'an object that another live environment owns, adopted by command',
    async run(target) {
      const owner = await plainRepository(target, 'landlord', '{name: dev, branch: main, namespaces: allow}');
      await target.cli('connect', 'landlord', '--allow-namespace', 'common');
      await owner.write(
        'k8s/b.yaml',
        config('held', 'mine').replace('name: held', 'name: held, namespace: common'),
      );
      await owner.commit('common');
      await owner.push();
      await eventually('it is there', async () => (await valueIn(target, 'common', 'held')) === 'mine');
      const work = await plainRepository(target, 'lodger', '{name: dev, branch: main, namespaces: allow}');
      await target.cli('connect', 'lodger', '--allow-namespace', 'common');
      await work.write(
        'k8s/b.yaml',
        config('held', 'yours').replace('name: held', 'name: held, namespace: common'),
      );
      await work.commit('common');
      await work.push();
      await eventually('it is refused', async () =>
        (await statusOf(target, 'lodger', 'dev'))?.message.includes('belongs to environment landlord/dev'),
      );
      const refused = await target.cli('adopt', 'lodger/dev', 'ConfigMap/held');
      expect(refused.stderr).to.match(/cannot be taken over: it belongs to environment landlord\/dev/);
      expect(await valueIn(target, 'common', 'held')).to.equal('mine');
      return 'refused: it belongs to the other, by name';
    },
  },
];

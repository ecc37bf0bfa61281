import { expect } from 'chai';
import { CONFIG_MAPS } from '../../src/kube/kinds/resources.data.ts';
import { cm, createHarness, dataOf } from './harness.ts';

describe('a dry run of a sync', () => {
  it('has the server judge every object, hides no refusal behind another, and writes nothing', async () => {
    const world = await createHarness();
    try {
      await world.push({
        'k8s/a.yaml': cm('a'),
        'k8s/b.yaml': cm('b'),
        'k8s/c.yaml': cm('c'),
        'k8s/d.yaml': cm('d'),
      });
      for (const name of ['a', 'b'])
        await world.client.apply(
          CONFIG_MAPS,
          {
            apiVersion: 'v1',
            kind: 'ConfigMap',
            metadata: { namespace: 'shop-dev', name },
            data: { other: 'x' },
          },
          { fieldManager: 'kubectl' },
        );
      const mine = { k: 'v', other: 'mine' };
      await world.push({
        'k8s/a.yaml': cm('a', mine),
        'k8s/b.yaml': cm('b', mine),
        'k8s/c.yaml': cm('c', { k: 'new' }),
      });
      const writes = world.home.writes.length;
      const report = await world.sync.dryRun(await world.environment());
      if (!report.ok) throw new Error(report.problems[0].message);
      const { results, problems } = report.value;
      expect(
        results.map(({ object, action, outcome }) => `${outcome} ${action} ${object.name}`),
      ).to.deep.equal(['refused conflict a', 'refused conflict b', 'accepted update c', 'accepted prune d']);
      expect(results[0]?.message).to.match(/conflict/i);
      expect(problems.map(({ reason }) => reason)).to.include('FieldConflict');
      expect(world.home.writes.length).to.equal(writes);
      expect(dataOf(await world.live('ConfigMap', 'c'))).to.deep.equal({ k: 'v' });
    } finally {
      await world.stop();
    }
  });
});

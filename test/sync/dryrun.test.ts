import { expect } from 'chai';
import type { KubeClient } from '../../src/kube/client/client.ts';
import { CONFIG_MAPS } from '../../src/kube/kinds/resources.data.ts';
import { createFakeCluster } from '../fakes/cluster.ts';
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

  it('asks for the same write as the sync does: of what is written as a whole, a PUT', async () => {
    const home = createFakeCluster();
    const tried: string[] = [];
    const note = (verb: string, name: string | undefined, options: { dryRun?: boolean } = {}) =>
      options.dryRun && name === 'a' ? tried.push(verb) : undefined;
    const client: KubeClient = {
      ...home.client,
      as: () => client,
      update(resource, object, options) {
        note('update', object.metadata.name, options);
        return home.client.update(resource, object, options);
      },
      apply(resource, object, options) {
        note('apply', object.metadata.name, options);
        return home.client.apply(resource, object, options);
      },
    };
    const world = await createHarness({ home, client });
    try {
      await world.push({ 'k8s/a.yaml': cm('a', { k: 'v' }, { 'pilotage.dev/replace': 'true' }) });
      const environment = await world.environment();
      tried.length = 0;
      const report = await world.sync.dryRun(environment);
      expect(report.ok && report.value.results.map(({ outcome }) => outcome)).to.deep.equal(['accepted']);
      expect(tried, 'by the plan, and by the dry run').to.deep.equal(['update', 'update']);
    } finally {
      await world.stop();
    }
  });
});

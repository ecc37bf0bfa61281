import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { eventually, statusOf } from './harness.ts';
import { useFarPilotage } from './realcluster.ts';

const JOB =
  'jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: f, image: f}]}}}}';

/** Run by scripts/test-kubernetes.mjs: manifests of others are delivered to the kube-apiserver that it has started. */
describe('e2e: delivery to a real kube-apiserver: manifests of others', function () {
  this.timeout(120_000);
  const server = useFarPilotage();

  // Objects of kinds that the built-in API does not serve, defaults that only the real one sets, removed API versions.
  for (const fixture of ['seed-nginx', 'seed-image-resizer', 'old-versions']) {
    it(`has nothing to change after applying the manifests of ${fixture} as they are`, async () => {
      const other = await server.pilotage.repository(fixture);
      await other.git('rm', '--quiet', '-r', '.');
      await cp(join(import.meta.dirname, '../fixtures/render', fixture, 'tree'), join(other.dir, 'k8s'), {
        recursive: true,
      });
      // As it is, no server of today takes it: a CronJob says what to run.
      if (fixture === 'old-versions')
        await other.edit('k8s/all.yaml', (text) => text.replace('"* * * * *"}', `"* * * * *", ${JOB}}`));
      const entry = `{name: far, branch: main, cluster: far, namespace: ${fixture}}`;
      await other.write(
        'pilotage.yaml',
        `apiVersion: pilotage.dev/v1alpha1\nkind: Delivery\nmetadata: {name: ${fixture}}\nspec: {environments: [${entry}]}\n`,
      );
      const revision = await other.commit('as they are');
      const words = ['--allow-cluster', 'far', '--allow-namespace', fixture];
      expect((await server.pilotage.cli('connect', fixture, ...words)).code).to.equal(0);
      server.pushes.push(other.push());
      await eventually('it is synced', async () => {
        const now = await statusOf(server.pilotage, fixture, 'far');
        return now?.deployedRevision === revision && now.sync === 'Synced';
      });
      await server.expectEmptyPlan(`${fixture}/far`);
    });
  }
});

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { load } from 'js-yaml';
import type { KubeClient } from '../../src/kube/client/client.ts';
import type { Pod } from '../../src/kube/kinds/objects.data.ts';
import { NAMESPACES, PODS } from '../../src/kube/kinds/resources.data.ts';
import type { FakeClock } from '../fakes/clock.ts';
import { startTestApi, type TestApi } from '../orchestrator/api/harness.ts';
import { refusal } from '../orchestrator/api/notation.ts';

/** `level/version/pass` and `level/version/fail`: the pods by which the checks of Pod Security are tested, read from its sources. */
const folder = join(process.env.POD_SECURITY ?? '', 'test/testdata');

describe('Pod Security, by its own test data', () => {
  let plane: TestApi<FakeClock>;
  let client: KubeClient;
  before(async () => {
    plane = await startTestApi();
    client = plane.client();
  });
  after(() => plane.dispose());

  const namespaceOf = ([level, version]: readonly string[]) => `${level}-${version?.replace('.', '-')}`;
  const podsOf = (...path: readonly string[]): readonly Pod[] =>
    readdirSync(join(folder, ...path)).map((file) => {
      const pod = load(readFileSync(join(folder, ...path, file), 'utf8')) as Pod;
      // Their names are those of files, which no pod may have.
      const { name: _, ...rest } = pod.metadata;
      return { ...pod, metadata: { ...rest, generateName: 'test', namespace: namespaceOf(path) } };
    });
  const create = (pod: Pod) => client.create(PODS, pod, { dryRun: true });

  for (const level of ['baseline', 'restricted']) {
    for (const version of readdirSync(join(folder, level))) {
      it(`${level} of ${version} takes the pods that it should, and no other`, async () => {
        const labels = {
          'pod-security.kubernetes.io/enforce': level,
          'pod-security.kubernetes.io/enforce-version': version,
        };
        const name = namespaceOf([level, version]);
        await client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });
        for (const pod of podsOf(level, version, 'pass')) await create(pod);
        for (const pod of podsOf(level, version, 'fail')) {
          expect(await refusal(create(pod))).to.contain(`violates PodSecurity "${level}:${version}"`);
        }
      });
    }
  }
});

import { expect } from 'chai';
import { systemClock } from '../../../src/base/clock.ts';
import { silentLogger } from '../../../src/base/log.ts';
import type { KubeClient } from '../../../src/kube/client/client.ts';
import { VALIDATING_ADMISSION_POLICIES } from '../../../src/kube/kinds/resources.data.ts';
import { worker } from '../../../src/orchestrator/api/auth/workers.ts';
import { inProcessClient } from '../../../src/orchestrator/api/inprocess.ts';
import { createPolicyStatus } from '../../../src/orchestrator/api/policystatus.ts';
import { until } from '../../fakes/until.ts';
import { startTestApi, type TestApi } from './harness.ts';

describe('the status of a ValidatingAdmissionPolicy', () => {
  let plane: TestApi<typeof systemClock>;
  let client: KubeClient;
  let controller: ReturnType<typeof createPolicyStatus>;
  const lifetime = new AbortController();
  beforeEach(async () => {
    plane = await startTestApi({ clock: systemClock });
    client = plane.client();
    const apiserver = inProcessClient(plane.api, worker('system:apiserver'));
    const { kinds } = plane.api;
    controller = createPolicyStatus({ client: apiserver, kinds, clock: systemClock, logger: silentLogger });
    controller.start(lifetime.signal);
  });
  afterEach(async () => {
    await controller.stop();
    await plane.dispose();
  });
  after(() => lifetime.abort());

  const key = { name: 'many' };
  const seen = (generation: number) =>
    until(
      async () =>
        (await client.get(VALIDATING_ADMISSION_POLICIES, key)).status?.observedGeneration === generation,
    );

  it('says what does not fit the types of its kinds, and no more once that is mended', async () => {
    await client.create(VALIDATING_ADMISSION_POLICIES, {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: key,
      spec: {
        matchConstraints: {
          resourceRules: [
            { apiGroups: ['apps'], apiVersions: ['v1'], resources: ['deployments'], operations: ['CREATE'] },
          ],
        },
        validations: [{ expression: "object.spec.replicas > '1'" }],
      },
    });
    await seen(1);
    const { status } = await client.get(VALIDATING_ADMISSION_POLICIES, key);
    expect(status?.typeChecking?.expressionWarnings?.map(({ fieldRef }) => fieldRef)).to.deep.equal([
      'spec.validations[0].expression',
    ]);
    const body = { spec: { validations: [{ expression: 'object.spec.replicas > 1' }] } };
    await client.patch(VALIDATING_ADMISSION_POLICIES, key, { type: 'merge', body });
    await seen(2);
    expect((await client.get(VALIDATING_ADMISSION_POLICIES, key)).status?.typeChecking).to.deep.equal({});
  });
});

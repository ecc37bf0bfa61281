import { expect } from 'chai';
import type { Pod, RuntimeClass } from '../../../../src/kube/kinds/objects.data.ts';
import { PODS, RUNTIME_CLASSES } from '../../../../src/kube/kinds/resources.data.ts';
import { pod, refusal } from '../notation.ts';
import { useTestApi } from '../suite.ts';

describe('the runtime class of a pod', () => {
  const cluster = useTestApi();

  const runtimeClass = (more: Partial<RuntimeClass>) =>
    cluster.client.create(RUNTIME_CLASSES, {
      apiVersion: 'node.k8s.io/v1',
      kind: 'RuntimeClass',
      metadata: { name: 'strict' },
      handler: 'strict',
      ...more,
    });
  const create = (spec: Partial<Pod['spec']>) => cluster.client.create(PODS, pod('web', spec));
  const REFUSED = 'Forbidden: pods "web" is forbidden: ';

  it('must be there', async () => {
    expect(await refusal(create({ runtimeClassName: 'strict' }))).to.equal(
      `${REFUSED}pod rejected: RuntimeClass "strict" not found`,
    );
  });

  it('says what the runtime itself uses, which a pod may repeat in another spelling and not change', async () => {
    await runtimeClass({ overhead: { podFixed: { cpu: '250m', memory: '64Mi' } } });
    const { spec } = await create({ runtimeClassName: 'strict' });
    expect(spec.overhead).to.deep.equal({ cpu: '250m', memory: '64Mi' });
    await cluster.client.create(
      PODS,
      pod('same', { runtimeClassName: 'strict', overhead: { cpu: '0.25', memory: '65536Ki' } }),
    );
    expect(await refusal(create({ runtimeClassName: 'strict', overhead: { cpu: '1' } }))).to.equal(
      `${REFUSED}pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead`,
    );
  });

  it('alone says an overhead', async () => {
    await runtimeClass({});
    const says = `${REFUSED}pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead`;
    expect(await refusal(create({ overhead: { cpu: '1' } }))).to.equal(says);
    expect(await refusal(create({ runtimeClassName: 'strict', overhead: { cpu: '1' } }))).to.equal(says);
  });

  it('adds the nodes that can run it to those that the pod wants', async () => {
    const toleration = { key: 'strict', operator: 'Exists', effect: 'NoSchedule' } as const;
    await runtimeClass({ scheduling: { nodeSelector: { runtime: 'strict' }, tolerations: [toleration] } });
    const own = { ...toleration, operator: 'Equal', value: 'yes' } as const;
    const { spec } = await create({
      runtimeClassName: 'strict',
      nodeSelector: { disk: 'ssd' },
      tolerations: [own],
    });
    expect(spec.nodeSelector).to.deep.equal({ disk: 'ssd', runtime: 'strict' });
    expect(spec.tolerations?.filter(({ key }) => key === 'strict')).to.deep.equal([toleration]);
  });

  it('is refused where the pod wants other nodes than those that can run it', async () => {
    await runtimeClass({ scheduling: { nodeSelector: { runtime: 'strict' } } });
    expect(
      await refusal(create({ runtimeClassName: 'strict', nodeSelector: { runtime: 'plain' } })),
    ).to.equal(
      `${REFUSED}conflict: runtimeClass.scheduling.nodeSelector[runtime] = strict; pod.spec.nodeSelector[runtime] = plain`,
    );
  });
});

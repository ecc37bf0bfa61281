import { expect } from 'chai';
import type { Pod, PriorityClass } from '../../../../src/kube/kinds/objects.data.ts';
import { PODS, PRIORITY_CLASSES } from '../../../../src/kube/kinds/resources.data.ts';
import { pod, refusal } from '../notation.ts';
import { useTestApi } from '../suite.ts';

describe('the priority of a pod', () => {
  const cluster = useTestApi();

  const priorityClass = (name: string, value: number, more: Partial<PriorityClass> = {}) =>
    cluster.client.create(PRIORITY_CLASSES, {
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name },
      value,
      ...more,
    });
  const create = async (spec: Partial<Pod['spec']>) => {
    const created = await cluster.client.create(PODS, pod('web', spec));
    const { priority, preemptionPolicy, priorityClassName } = created.spec;
    return { priority, preemptionPolicy, priorityClassName };
  };

  it('is 0 where no class is the default one', async () => {
    const { priority, preemptionPolicy, priorityClassName } = await create({});
    expect([priority, preemptionPolicy, priorityClassName]).to.deep.equal([
      0,
      'PreemptLowerPriority',
      undefined,
    ]);
  });

  it('is that of the class that it names', async () => {
    await priorityClass('high', 1000, { preemptionPolicy: 'Never' });
    expect(await create({ priorityClassName: 'high', priority: 1000 })).to.deep.equal({
      priority: 1000,
      preemptionPolicy: 'Never',
      priorityClassName: 'high',
    });
  });

  it('is that of the default class where it names none', async () => {
    await priorityClass('usual', 7, { globalDefault: true });
    expect(await create({})).to.deep.equal({
      priority: 7,
      preemptionPolicy: 'PreemptLowerPriority',
      priorityClassName: 'usual',
    });
  });

  it('is refused where its class is not there, or gives another number or policy than is said by hand', async () => {
    await priorityClass('high', 1000);
    const says = 'Forbidden: pods "web" is forbidden: ';
    expect(await refusal(create({ priorityClassName: 'higher' }))).to.equal(
      `${says}no PriorityClass with name higher was found`,
    );
    expect(await refusal(create({ priorityClassName: 'high', priority: 5 }))).to.equal(
      `${says}the integer value of priority (5) must not be provided in pod spec; priority admission controller computed 1000 from the given PriorityClass name`,
    );
    expect(await refusal(create({ priorityClassName: 'high', preemptionPolicy: 'Never' }))).to.equal(
      `${says}the string value of PreemptionPolicy (Never) must not be provided in pod spec; priority admission controller computed PreemptLowerPriority from the given PriorityClass name`,
    );
  });

  it('stays when an update leaves it out, and changes by no update', async () => {
    await priorityClass('high', 1000);
    const { metadata, spec } = await cluster.client.create(PODS, pod('web', { priorityClassName: 'high' }));
    const { priority: _, preemptionPolicy: __, ...rest } = spec;
    const labelled = { ...metadata, labels: { app: 'web' } };
    const kept = await cluster.client.update(PODS, { ...pod('web'), metadata: labelled, spec: rest });
    expect([kept.spec.priority, kept.spec.preemptionPolicy]).to.deep.equal([1000, 'PreemptLowerPriority']);
    expect(
      await refusal(cluster.client.update(PODS, { ...kept, spec: { ...kept.spec, priority: 2 } })),
    ).to.contain('pod updates may not change fields other than');
  });

  it('has one default class at most, also when two are created at once', async () => {
    const both = [1, 2].map((value) => refusal(priorityClass(`c${value}`, value, { globalDefault: true })));
    const [first, second] = await Promise.allSettled(both);
    expect(first?.status).to.equal('rejected');
    expect(second).to.have.property(
      'value',
      'Forbidden: priorityclasses.scheduling.k8s.io "c2" is forbidden: PriorityClass c1 is already marked as default. Only one default can exist',
    );
    const merge = { type: 'merge' as const, body: { description: 'as usual' } };
    await cluster.client.patch(PRIORITY_CLASSES, { name: 'c1' }, merge);
    await priorityClass('c3', 3);
    const marking = { type: 'merge' as const, body: { globalDefault: true } };
    expect(await refusal(cluster.client.patch(PRIORITY_CLASSES, { name: 'c3' }, marking))).to.contain(
      'PriorityClass c1 is already marked as default',
    );
  });
});

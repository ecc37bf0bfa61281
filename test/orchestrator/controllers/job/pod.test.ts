import { expect } from 'chai';
import type { Job } from '../../../../src/kube/kinds/objects.data.ts';
import { COMPLETION_INDEX, TRACKING_FINALIZER } from '../../../../src/orchestrator/controllers/job/labels.ts';
import { podFrom } from '../../../../src/orchestrator/controllers/job/pod.ts';
import { indexed, job, jobPod } from './notation.ts';

describe('a pod of a Job', () => {
  it('comes from the template, belongs to the Job, and is held until it is counted', () => {
    const { metadata, spec } = podFrom(job(), undefined, undefined);
    expect(metadata).to.deep.equal({
      generateName: 'sum-',
      namespace: 'shop',
      labels: { job: 'sum' },
      finalizers: [TRACKING_FINALIZER],
      ownerReferences: [
        {
          apiVersion: 'batch/v1',
          kind: 'Job',
          name: 'sum',
          uid: 'sum-uid',
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    });
    expect(spec).to.deep.equal(job().spec.template.spec);
  });

  it('knows its index by label, annotation, environment and host name', () => {
    const { metadata, spec } = podFrom(indexed(4), 3, undefined);
    expect(metadata.generateName).to.equal('sum-3-');
    expect(metadata.labels).to.deep.equal({ job: 'sum', [COMPLETION_INDEX]: '3' });
    expect(metadata.annotations).to.deep.equal({ [COMPLETION_INDEX]: '3' });
    expect(spec.hostname).to.equal('sum-3');
    expect(spec.containers[0]?.env).to.deep.equal([
      {
        name: 'JOB_COMPLETION_INDEX',
        valueFrom: { fieldRef: { fieldPath: `metadata.labels['${COMPLETION_INDEX}']` } },
      },
    ]);
  });

  it('keeps its index in a name that is cut', () => {
    const long = { ...indexed(4), metadata: { name: 'x'.repeat(60), namespace: 'shop' } };
    expect(podFrom(long, 3, undefined).metadata.generateName).to.equal(`${'x'.repeat(55)}-3-`);
  });

  it('does not have the variable twice', () => {
    const env = [{ name: 'JOB_COMPLETION_INDEX', value: 'mine' }];
    const of = indexed(1);
    const containers = [{ name: 'main', env }];
    const own: Job = {
      ...of,
      spec: { ...of.spec, template: { spec: { containers, initContainers: [{ name: 'first' }] } } },
    };
    const { spec } = podFrom(own, 0, undefined);
    expect(spec.containers[0]?.env).to.deep.equal(env);
    expect(spec.initContainers?.[0]?.env?.[0]?.name).to.equal('JOB_COMPLETION_INDEX');
  });

  it('inherits how often its index has failed, where each has its own limit', () => {
    const counts = (of: Job, replaced?: Parameters<typeof jobPod>[1]) => {
      const { annotations = {} } = podFrom(of, 0, replaced && jobPod('f', replaced)).metadata;
      const { [COMPLETION_INDEX]: _, ...others } = annotations;
      return Object.entries(others).map(([key, value]) => `${key.replace(/^.*job-index-/, '')}=${value}`);
    };
    const of = indexed(1, { backoffLimitPerIndex: 3 });
    expect(counts(of)).to.deep.equal(['failure-count=0']);
    expect(counts(of, { phase: 'Failed', failures: 1 })).to.deep.equal(['failure-count=2']);
    const podFailurePolicy = { rules: [{ action: 'Ignore', onExitCodes: { operator: 'In', values: [3] } }] };
    expect(
      counts(indexed(1, { backoffLimitPerIndex: 3, podFailurePolicy }), {
        phase: 'Failed',
        exitCode: 3,
        failures: 1,
      }),
    ).to.deep.equal(['failure-count=1', 'ignored-failure-count=1']);
    expect(counts(indexed(1), { phase: 'Failed' })).to.deep.equal([]);
  });
});

import { expect } from 'chai';
import type { Pod } from '../../../../src/kube/kinds/objects.data.ts';
import { controllerReference } from '../../../../src/orchestrator/controllers/controllerref.ts';
import { isForsaken } from '../../../../src/orchestrator/controllers/job/orphans.ts';
import { job, jobPod, met } from './notation.ts';

const owned = (of: Parameters<typeof controllerReference>[0], pod = jobPod('p')): Pod => ({
  ...pod,
  metadata: { ...pod.metadata, ownerReferences: [controllerReference(of)] },
});

describe('a pod that is held for a Job', () => {
  it('is forsaken when it has no controller, or one that has gone, was replaced or has ended', () => {
    expect(isForsaken(jobPod('p'), undefined)).to.equal(true);
    expect(isForsaken(owned(job()), undefined)).to.equal(true);
    expect(isForsaken(owned(job()), job({}, {}, { uid: 'another' }))).to.equal(true);
    expect(isForsaken(owned(job()), job({}, { conditions: [met('Complete')] }))).to.equal(true);
  });

  it('is not while its Job runs, or where another controller counts it', () => {
    expect(isForsaken(owned(job()), job())).to.equal(false);
    expect(isForsaken(owned(job()), job({}, { conditions: [met('FailureTarget')] }))).to.equal(false);
    const elsewhere = job({ managedBy: 'example.com/queue' }, { conditions: [met('Complete')] });
    expect(isForsaken(owned(job()), elsewhere)).to.equal(false);
    const set = { apiVersion: 'example.com/v1', kind: 'JobSet', metadata: { name: 'x', uid: 'x' } };
    expect(isForsaken(owned(set), undefined)).to.equal(false);
    expect(isForsaken(owned(job(), jobPod('p', { counted: true })), undefined)).to.equal(false);
  });
});

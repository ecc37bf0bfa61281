import { expect } from 'chai';
import { expiresInMs } from '../../../src/orchestrator/controllers/ttlafterfinished.ts';
import { job, met } from './job/notation.ts';
import { ago, NOW } from './notation.ts';

describe('a Job that has ended', () => {
  const ended = { conditions: [{ ...met('Complete'), lastTransitionTime: ago(10) }] };

  it('is kept for ttlSecondsAfterFinished', () => {
    expect(expiresInMs(job({ ttlSecondsAfterFinished: 30 }, ended), NOW)).to.equal(20_000);
    expect(expiresInMs(job({ ttlSecondsAfterFinished: 5 }, ended), NOW)).to.equal(-5_000);
    expect(expiresInMs(job({ ttlSecondsAfterFinished: 0 }, ended), NOW)).to.equal(-10_000);
  });

  it('is kept where nothing limits that, while it runs, and when it is being deleted already', () => {
    expect(expiresInMs(job({}, ended), NOW)).to.equal(undefined);
    expect(expiresInMs(job({ ttlSecondsAfterFinished: 5 }), NOW)).to.equal(undefined);
    const deleted = job({ ttlSecondsAfterFinished: 5 }, ended, { deletionTimestamp: ago(1) });
    expect(expiresInMs(deleted, NOW)).to.equal(undefined);
  });
});

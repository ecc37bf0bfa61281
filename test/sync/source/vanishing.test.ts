import { expect } from 'chai';
import type { Manifest } from '../../../src/render/types.ts';
import { warnOfVanishing } from '../../../src/sync/source/vanishing.ts';

const manifest = (kind: string, spec: object, apiVersion = 'batch/v1'): Manifest => ({
  object: { apiVersion, kind, metadata: { name: 'migrate' }, spec },
  origin: { file: 'templates/migrate.yaml', line: 1 },
  app: 'web',
});
const warned = (...of: Parameters<typeof manifest>) => warnOfVanishing([manifest(...of)]);

describe('a Job that is delivered', () => {
  it('is warned of where it vanishes after its end, because it would run again and again', () => {
    expect(warned('Job', { ttlSecondsAfterFinished: 60 })).to.deep.equal([
      {
        reason: 'JobRunsAgain',
        message:
          'Job migrate: ttlSecondsAfterFinished deletes it after its end, and what is delivered is made again: it runs each time',
        place: { file: 'templates/migrate.yaml', line: 1 },
        remedy: 'Leave ttlSecondsAfterFinished out: a Job that has ended stays as the record that it ran.',
      },
    ]);
    expect(warned('Job', { ttlSecondsAfterFinished: 0 })).to.have.length(1);
  });

  it('is not where it stays, nor is what only resembles one', () => {
    expect(warned('Job', {})).to.deep.equal([]);
    const jobTemplate = { spec: { ttlSecondsAfterFinished: 60 } };
    expect(warned('CronJob', { jobTemplate })).to.deep.equal([]);
    expect(warned('Job', { ttlSecondsAfterFinished: 60 }, 'batch.example.com/v1')).to.deep.equal([]);
  });
});

import { join } from 'node:path';
import { expect } from 'chai';
import { systemClock } from '../../../../../src/base/clock.ts';
import { formatProblem, problemOf } from '../../../../../src/base/errors.ts';
import { openRecords } from '../../../../../src/orchestrator/node/runtime/container/records.ts';
import {
  removeRecorded,
  stopRecorded,
} from '../../../../../src/orchestrator/node/runtime/container/stopall.ts';
import { scratch } from '../../helpers.ts';

describe('the end of the containers of a node', () => {
  let place: ReturnType<typeof scratch>;
  beforeEach(() => {
    place = scratch();
  });
  afterEach(() => place.dispose());
  const stop = () => stopRecorded({ root: place.path, clock: systemClock, graceMs: 0 });

  it('is nothing where there never was an engine, or nothing runs on it', async () => {
    await stop();
    openRecords(place.path).setEngineSocket(join(place.path, 'gone.sock'));
    await stop();
    await removeRecorded(place.path);
  });

  it('that cannot be brought about says which engine does not answer, and what to do', async () => {
    const records = openRecords(place.path);
    records.setEngineSocket(join(place.path, 'gone.sock'));
    records.writeSandbox({
      pod: 'uid',
      namespace: 'shop',
      name: 'web',
      hostname: 'web',
      hostNetwork: false,
      containers: ['main'],
      images: ['app'],
      volumesDir: place.path,
      address: '10.88.0.2',
    });
    for (const end of [stop, () => removeRecorded(place.path)]) {
      const problem = await end().then(
        () => undefined,
        (error: unknown) => problemOf(error),
      );
      expect(problem && formatProblem(problem)).to.equal(
        `Containers of 1 pods may still run, and their engine does not answer: ${place.path}/gone.sock is not there.\n  → Start the engine again, then run \`pilotage down\`.`,
      );
    }
  });
});

import { join } from 'node:path';
import { expect } from 'chai';
import { systemClock } from '../../../../../src/base/clock.ts';
import { formatProblem, problemOf } from '../../../../../src/base/errors.ts';
import type { Engine } from '../../../../../src/orchestrator/node/runtime/container/engine/engine.ts';
import { EngineError } from '../../../../../src/orchestrator/node/runtime/container/engine/http.ts';
import { networkPlans } from '../../../../../src/orchestrator/node/runtime/container/networkplan.ts';
import { openRecords } from '../../../../../src/orchestrator/node/runtime/container/records.ts';
import {
  removeOwned,
  removeRecorded,
  stopRecorded,
} from '../../../../../src/orchestrator/node/runtime/container/stopall.ts';
import { FakeClock, settle } from '../../../../fakes/clock.ts';
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
    const records = openRecords(place.path);
    records.setEngineSocket(join(place.path, 'gone.sock'));
    records.setNetwork(networkPlans([], 0)[0]);
    await stop();
    await removeRecorded(place.path, systemClock);
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
    for (const end of [stop, () => removeRecorded(place.path, systemClock)]) {
      const problem = await end().then(
        () => undefined,
        (error: unknown) => problemOf(error),
      );
      expect(problem && formatProblem(problem)).to.equal(
        `Containers of 1 pods may still run, and their engine does not answer: ${place.path}/gone.sock is not there.\n  → Start the engine again, then run \`pilotage down\`.`,
      );
    }
  });

  it('is tried again where an engine that is busy cannot remove everything at once', async () => {
    const clock = new FakeClock();
    let failures = 2;
    const left = new Set(['sandbox', 'main']);
    const engine = {
      list: async () => [...left].map((Id) => ({ Id, Labels: {} })),
      async remove(id: string) {
        if (id === 'main' && failures-- > 0) throw new EngineError(500, 'device or resource busy');
        left.delete(id);
      },
    } as unknown as Engine;
    const removal = removeOwned(engine, 'me', clock);
    await settle();
    await clock.advance(500);
    await clock.advance(500);
    await removal;
    expect([...left]).to.deep.equal([]);
  });
});

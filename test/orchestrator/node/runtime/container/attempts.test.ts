import { join } from 'node:path';
import { expect } from 'chai';
import { createAttempts } from '../../../../../src/orchestrator/node/runtime/container/attempts.ts';
import type { Engine } from '../../../../../src/orchestrator/node/runtime/container/engine/engine.ts';
import { EngineError } from '../../../../../src/orchestrator/node/runtime/container/engine/http.ts';
import { openRecords } from '../../../../../src/orchestrator/node/runtime/container/records.ts';
import type { Sandboxes } from '../../../../../src/orchestrator/node/runtime/container/sandboxes.ts';
import { FakeClock } from '../../../../fakes/clock.ts';
import { scratch } from '../../helpers.ts';
import { containerSpec } from '../notation.ts';

describe('a container of an engine', () => {
  let place: ReturnType<typeof scratch>;
  beforeEach(() => {
    place = scratch();
  });
  afterEach(() => place.dispose());

  it('that ends while it is started has been started: the engine need not say what it is just then', async () => {
    const calls: string[] = [];
    const engine = {
      name: 'podman',
      socketPath: join(place.path, 'engine.sock'),
      image: async () => undefined,
      create: async () => 'the-id',
      start: async () => void calls.push('start'),
      remove: async () => void calls.push('remove'),
      async inspect() {
        throw new EngineError(500, 'read /proc/7/cgroup: no such process');
      },
    } as unknown as Engine;
    const sandbox = { pod: 'uid', address: '10.88.0.2', volumesDir: place.path };
    const records = openRecords(join(place.path, 'containers'));
    const attempts = createAttempts({
      records,
      sandboxes: {
        find: () => sandbox,
        running: async () => ({ id: 'pause', address: sandbox.address }),
      } as unknown as Sandboxes,
      traitsOf: () => ({ name: 'podman', ulimits: [] }),
      bootId: 'boot',
      hidden: [],
      seccompProfiles: place.path,
      onMoved() {},
      clock: new FakeClock(5_000),
    });
    const ref = { pod: 'uid', container: 'main', attempt: 0 };
    const spec = containerSpec(ref, ['true'], { image: { reference: 'app', digest: 'sha256:1' }, env: {} });
    expect(await attempts.start(engine, spec)).to.deep.equal({ ok: true });
    expect(records.attempt(ref)).to.deep.include({ startedAt: 5_000, id: 'the-id' });
    expect(calls).to.deep.equal(['remove', 'start']);
  });
});

import { expect } from 'chai';
import { deferred } from '../../../../../src/base/deferred.ts';
import type { Engine } from '../../../../../src/orchestrator/node/runtime/container/engine/engine.ts';
import { createEngineFinder } from '../../../../../src/orchestrator/node/runtime/container/engine/find.ts';
import { FakeClock } from '../../../../fakes/clock.ts';

describe('the engine of a node', () => {
  function finder(sockets: readonly string[], there: Set<string>) {
    const clock = new FakeClock();
    const asked: string[] = [];
    const engines = createEngineFinder({
      sockets,
      clock,
      async connect(socketPath) {
        asked.push(socketPath);
        if (!there.has(socketPath)) throw new Error(`${socketPath} is not there`);
        return { socketPath, name: 'podman', version: '4.3.1' } as Engine;
      },
    });
    return { engines, clock, asked };
  }

  it('is the first that answers, and is kept', async () => {
    const { engines, asked } = finder(['/a', '/b', '/c'], new Set(['/b', '/c']));
    const found = await engines.find();
    expect(found.ok && found.engine.socketPath).to.equal('/b');
    await engines.find();
    expect(asked).to.deep.equal(['/a', '/b']);
  });

  it('that is missing says where it was looked for and what would help', async () => {
    const { engines } = finder(['/a', '/b'], new Set());
    const found = await engines.find();
    expect(found.ok ? '' : found.message).to.match(
      /^this node has no container engine: \/a is not there, \/b is not there\. Install Docker or Podman .* pilotage up --engine PATH$/,
    );
  });

  it('that was switched off says so', async () => {
    const found = await finder([], new Set()).engines.find();
    expect(found.ok ? '' : found.message).to.contain('--engine none');
  });

  it('is looked for once at a time, however long a socket takes to answer', async () => {
    const { promise, resolve } = deferred<Engine>();
    const clock = new FakeClock();
    let asked = 0;
    const connect = () => {
      asked += 1;
      return promise;
    };
    const engines = createEngineFinder({ sockets: ['/slow'], clock, connect });
    const finds = [engines.find()];
    await clock.advance(10_000);
    finds.push(engines.find());
    resolve({ socketPath: '/slow' } as Engine);
    expect((await Promise.all(finds)).map(({ ok }) => ok)).to.deep.equal([true, true]);
    expect(asked).to.equal(1);
  });

  it('is found when it comes later', async () => {
    const there = new Set<string>();
    const { engines, clock } = finder(['/a'], there);
    expect((await engines.find()).ok).to.equal(false);
    there.add('/a');
    expect((await engines.find()).ok).to.equal(false);
    await clock.advance(2_000);
    expect((await engines.find()).ok).to.equal(true);
  });
});

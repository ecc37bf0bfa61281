import { Readable } from 'node:stream';
import { expect } from 'chai';
import type {
  Engine,
  LogRequest,
} from '../../../../../src/orchestrator/node/runtime/container/engine/engine.ts';
import { readLogs, tailOf } from '../../../../../src/orchestrator/node/runtime/container/logs.ts';
import { FakeClock } from '../../../../fakes/clock.ts';

describe('the log of a container', () => {
  const engineThat = (prints: string, asked: LogRequest[] = []) =>
    ({
      async logs(_name: string, request: LogRequest) {
        asked.push(request);
        return Readable.from([Buffer.from(prints)]);
      },
    }) as unknown as Engine;

  it('says why a container with a terminal ended, in its own words', async () =>
    expect(await tailOf(engineThat('no such table: orders\r\n'), { name: 'main', tty: true })).to.equal(
      'no such table: orders',
    ));

  it('has none of its lines where none are asked for, only those from now on', async () => {
    const asked: LogRequest[] = [];
    const clock = new FakeClock(1_500);
    const options = { follow: true, timestamps: false, tailLines: 0 };
    const { signal } = new AbortController();
    for await (const _ of readLogs(
      engineThat('', asked),
      clock,
      { name: 'main', tty: true },
      options,
      signal,
    ));
    expect(asked).to.deep.equal([{ follow: true, timestamps: false, since: '1.500' }]);
  });
});

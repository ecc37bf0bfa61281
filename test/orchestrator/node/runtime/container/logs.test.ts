import { Readable } from 'node:stream';
import { expect } from 'chai';
import type {
  Engine,
  LogRequest,
} from '../../../../../src/orchestrator/node/runtime/container/engine/engine.ts';
import { EngineError } from '../../../../../src/orchestrator/node/runtime/container/engine/http.ts';
import { readLogs, tailOf } from '../../../../../src/orchestrator/node/runtime/container/logs.ts';
import { FakeClock } from '../../../../fakes/clock.ts';

const MAIN = { name: 'main', tty: true };

describe('the log of a container', () => {
  const engineThat = (prints: string, asked: LogRequest[] = []) =>
    ({
      async logs(_name: string, request: LogRequest) {
        asked.push(request);
        return Readable.from([Buffer.from(prints)]);
      },
    }) as unknown as Engine;

  it('says why a container with a terminal ended, in its own words', async () =>
    expect(await tailOf(engineThat('no such table: orders\r\n'), new FakeClock(), MAIN)).to.equal(
      'no such table: orders',
    ));

  /** The end of a log of which the engine says one after the other; and how often it was asked. */
  async function ended(
    ...answers: readonly (string | Error)[]
  ): Promise<readonly [text: string, asked: number]> {
    const clock = new FakeClock();
    let asked = 0;
    const engine = {
      async logs() {
        const answer = answers[Math.min(asked++, answers.length - 1)] ?? '';
        if (answer instanceof Error) throw answer;
        return Readable.from([Buffer.from(answer)]);
      },
    } as unknown as Engine;
    let text: string | undefined;
    void tailOf(engine, clock, MAIN).then((found) => {
      text = found;
    });
    for (let turns = 0; text === undefined && turns < 10; turns++) await clock.advance(100);
    return [text ?? 'never', asked];
  }

  it('is asked for its end again where the engine fails, or has none yet', async () => {
    expect(await ended(new Error('socket hang up'), '', 'what went wrong\n')).to.deep.equal([
      'what went wrong',
      3,
    ]);
  });

  it('has no end where the engine never says one, or has the log no more', async () => {
    expect(await ended('')).to.deep.equal(['', 3]);
    expect(await ended(new EngineError(404, 'no such container'))).to.deep.equal(['', 1]);
  });

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

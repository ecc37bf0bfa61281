import { EventEmitter } from 'node:events';
import { expect } from 'chai';
import { EXIT_INTERNAL, surviveUncaught } from '../../src/base/uncaught.ts';
import { FakeClock } from '../fakes/clock.ts';

class FakeProcess extends EventEmitter {
  readonly exits: number[] = [];
  exit(code: number): void {
    this.exits.push(code);
  }
}

function surviving() {
  const [source, clock, lines] = [new FakeProcess(), new FakeClock(), [] as object[]];
  const logger = {
    debug() {},
    info() {},
    warn() {},
    error: (fields: object) => void lines.push(fields),
    child: () => logger,
  };
  surviveUncaught(source, clock, logger);
  const fail = () => source.emit('uncaughtException', new Error('boom'), 'unhandledRejection');
  return { source, clock, lines, fail };
}

describe('an exception that nothing caught', () => {
  it('is logged with its stack and ends nothing', () => {
    const { source, lines, fail } = surviving();
    fail();
    expect(source.exits).to.deep.equal([]);
    expect(JSON.stringify(lines[0]))
      .to.include('boom')
      .and.to.include('uncaught.test')
      .and.to.include('unhandledRejection');
  });

  it('that comes every ten seconds for an hour ends nothing', async () => {
    const { source, clock, fail } = surviving();
    for (let i = 0; i < 360; i++) {
      fail();
      await clock.advance(10_000);
    }
    expect(source.exits).to.deep.equal([]);
  });

  it('that comes again and again ends the process with a code that a service manager restarts on', () => {
    const { source, fail } = surviving();
    for (let i = 0; i < 9; i++) fail();
    expect(source.exits).to.deep.equal([]);
    fail();
    expect(source.exits).to.deep.equal([EXIT_INTERNAL]);
  });
});

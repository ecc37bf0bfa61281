import { spawn } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { EXIT_INTERNAL, handleUncaught } from '../../src/base/uncaught.ts';
import { FakeClock } from '../fakes/clock.ts';

class FakeProcess extends EventEmitter {
  readonly exits: number[] = [];
  exit(code: number): void {
    this.exits.push(code);
  }
}

const fullDisk = Object.assign(new Error('write'), { code: 'ENOSPC' });

function running() {
  const [source, clock, lines] = [new FakeProcess(), new FakeClock(), [] as object[]];
  const logger = {
    debug() {},
    info() {},
    warn() {},
    error: (fields: object) => void lines.push(fields),
    child: () => logger,
  };
  const handler = handleUncaught(source, clock, logger);
  handler.started();
  const fail = (error = new Error('boom')) => source.emit('uncaughtException', error, 'unhandledRejection');
  return { source, clock, lines, fail };
}

describe('an exception that nothing caught', () => {
  it('is logged with its stack and its origin', () => {
    const { lines, fail } = running();
    fail();
    expect(JSON.stringify(lines[0]))
      .to.include('boom')
      .and.to.include('uncaught.test')
      .and.to.include('unhandledRejection');
  });

  it('ends nothing when it comes every ten seconds for an hour', async () => {
    const { source, clock, fail } = running();
    for (let i = 0; i < 360; i++) {
      fail();
      await clock.advance(10_000);
    }
    expect(source.exits).to.deep.equal([]);
  });

  it('ends the process at the tenth within a minute; refused writes do not count', () => {
    const { source, fail } = running();
    for (let i = 0; i < 50; i++) fail(fullDisk);
    for (let i = 0; i < 9; i++) fail();
    expect(source.exits).to.deep.equal([]);
    fail();
    expect(source.exits).to.deep.equal([EXIT_INTERNAL]);
  });
});

describe('a process with the policy for uncaught exceptions', () => {
  it('survives a write that a full disk refuses, during its start and after it', async () => {
    // Linux: every write to /dev/full fails with ENOSPC.
    const write = "setTimeout(() => writeFileSync('/dev/full', 'x'), 1);";
    expect(await Promise.all([starting(write), started(write)])).to.deep.equal([
      { code: 0, lives: true, said: ['a write was refused'] },
      { code: 0, lives: true, said: ['a write was refused'] },
    ]);
  });

  it('ends with code 1 at any other exception during its start', async () => {
    expect(await starting(FAIL)).to.deep.equal({
      code: 1,
      lives: false,
      said: ['an exception that nothing caught', 'ending because of an uncaught exception'],
    });
  });

  it('goes on after its start and logs the stack', async () => {
    const said = 'an exception that nothing caught';
    expect(await started(FAIL)).to.deep.equal({ code: 0, lives: true, said: [said] });
    expect(await started("void Promise.reject(new Error('a slip'));")).to.deep.equal({
      code: 0,
      lives: true,
      said: [said],
    });
  });

  it('ends with code 70 at the tenth exception within a minute', async () => {
    const { code, lives, said } = await started(FAIL.repeat(10));
    expect([code, lives, said.length]).to.deep.equal([70, false, 11]);
  });
});

const FAIL = "setTimeout(() => { throw new Error('a slip'); }, 1);";

const starting = (body: string) => run(body);
const started = (body: string) => run(`handler.started(); ${body}`);

const at = (file: string): string =>
  JSON.stringify(pathToFileURL(join(import.meta.dirname, '../../src', file)).href);

interface Outcome {
  readonly code: number | null;
  /** Whether it reached its own end. */
  readonly lives: boolean;
  /** Messages of its log. */
  readonly said: readonly string[];
}

/** Runs a program under the policy; it says `lives` once everything of `body` has happened. */
function run(body: string): Promise<Outcome> {
  const source = `import { writeFileSync } from 'node:fs';
    import { handleUncaught } from ${at('base/uncaught.ts')};
    import { createLogger } from ${at('base/log.ts')};
    import { systemClock } from ${at('base/clock.ts')};
    const log = { write: (line) => writeFileSync(2, line) };
    const handler = handleUncaught(process, systemClock, createLogger('error', log));
    ${body}
    process.once('beforeExit', () => console.log('lives'));`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', source], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 15_000,
  });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].on('data', (chunk: Buffer) => {
      texts[name] += chunk.toString('utf8');
    });
  return new Promise((resolve) =>
    child.once('close', (code) =>
      resolve({ code, lives: texts.stdout === 'lives\n', said: messagesOf(texts.stderr) }),
    ),
  );
}

const messagesOf = (log: string): readonly string[] =>
  log
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => (JSON.parse(line) as { msg: string }).msg);

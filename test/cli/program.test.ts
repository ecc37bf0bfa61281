import { Writable } from 'node:stream';
import { expect } from 'chai';
import type { CliContext } from '../../src/cli/context.ts';
import { ALIASES, COMMANDS, runCommandLine } from '../../src/cli/program.ts';
import { readSurroundings } from '../../src/config.ts';
import { FakeClock } from '../fakes/clock.ts';

interface Terminal {
  readonly context: CliContext;
  readonly stdout: () => string;
  readonly stderr: () => string;
}

function terminal(): Terminal {
  const texts = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        texts[name] += chunk.toString('utf8');
        done();
      },
    });
  const refuse = (): never => {
    throw new Error('a command line that is only read starts nothing');
  };
  const context: CliContext = {
    surroundings: readSurroundings({ HOME: '/home/ann' }),
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    clock: new FakeClock(),
    runDaemon: refuse,
    runAgent: refuse,
    stopPods: refuse,
    reap: refuse,
    images: { import: refuse, list: refuse },
  };
  return { context, stdout: () => texts.stdout, stderr: () => texts.stderr };
}

describe('the command line', () => {
  it('knows each command by the name and the aliases that the command itself declares', async () => {
    const { context } = terminal();
    const aliases: Record<string, string> = {};
    for (const [name, load] of Object.entries(COMMANDS)) {
      const command = await load(context, () => {});
      expect(command.name()).to.equal(name);
      for (const alias of command.aliases()) aliases[alias] = name;
    }
    expect(aliases).to.deep.equal(ALIASES);
  });

  it('lists every command in its help', async () => {
    const { context, stdout } = terminal();
    expect(await runCommandLine(context, ['--help'], '1.2.3')).to.equal(0);
    for (const name of Object.keys(COMMANDS)) expect(stdout()).to.match(new RegExp(`^ {2}${name}\\b`, 'm'));
  });

  it('helps with one command, whether it is asked by its name or an alias', async () => {
    for (const args of [
      ['status', '--help'],
      ['get', '--help'],
      ['help', 'status'],
    ]) {
      const { context, stdout } = terminal();
      expect(await runCommandLine(context, args, '1.2.3')).to.equal(0);
      expect(stdout()).to.match(/^Usage: pilotage status\|get /);
    }
  });

  it('refuses a command that does not exist with exit code 2, and suggests the one that was meant', async () => {
    const { context, stderr } = terminal();
    expect(await runCommandLine(context, ['stauts'], '1.2.3')).to.equal(2);
    expect(stderr()).to.contain("unknown command 'stauts'").and.to.contain('Did you mean status?');
  });

  it('takes no name from what every object inherits', async () => {
    const { context, stderr } = terminal();
    expect(await runCommandLine(context, ['constructor'], '1.2.3')).to.equal(2);
    expect(stderr()).to.contain("unknown command 'constructor'");
  });
});

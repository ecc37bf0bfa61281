import { expect } from 'chai';
import { termOf } from '../../src/cli/help.ts';
import { ALIASES, COMMANDS, runCommandLine, summaryOf } from '../../src/cli/program.ts';
import { SUMMARIES } from '../../src/cli/summaries.data.ts';
import { terminal } from './harness.ts';

describe('the command line', () => {
  it('knows each command by the name and the aliases that the command itself declares', async () => {
    const { context } = terminal();
    const aliases: Record<string, string> = {};
    for (const [name, load] of Object.entries(COMMANDS)) {
      const command = await load(context, () => {}, '1.2.3');
      expect(command.name()).to.equal(name);
      for (const alias of command.aliases()) aliases[alias] = name;
    }
    expect(aliases).to.deep.equal(ALIASES);
  });

  it('lists in its help what each command declares: its arguments and what it does', async () => {
    const { context } = terminal();
    expect(Object.keys(SUMMARIES)).to.deep.equal(Object.keys(COMMANDS));
    for (const [name, load] of Object.entries(COMMANDS)) {
      const command = await load(context, () => {}, '1.2.3');
      const [words = '', description] = SUMMARIES[name] ?? [];
      expect(description, name).to.equal(command.description());
      expect(termOf(summaryOf(name, words)), name).to.equal(termOf(command));
    }
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

  it('helps with examples for every command, within 80 columns', async () => {
    for (const name of ['', ...Object.keys(COMMANDS)]) {
      const { context, stdout } = terminal();
      expect(await runCommandLine(context, [name, '--help'].filter(Boolean), '1.2.3')).to.equal(0);
      expect(stdout(), name).to.match(/Examples:|Start here:/);
      for (const line of stdout().split('\n')) expect(line.length, line).to.be.at.most(80);
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

  it('refuses what is misused with exit code 2, below a command too, and never ends the process by itself', async () => {
    for (const args of [
      ['wait'],
      ['image', 'import'],
      ['status', '--output', 'xml'],
      ['wait', 'dev', '--timeout', '9'],
    ]) {
      const { context, stdout, stderr } = terminal();
      expect(await runCommandLine(context, args, '1.2.3'), args.join(' ')).to.equal(2);
      expect(stdout()).to.equal('');
      expect(stderr()).to.match(/^error: /);
    }
  });

  it('says its version', async () => {
    const { context, stdout } = terminal();
    expect(await runCommandLine(context, ['--version'], '1.2.3')).to.equal(0);
    expect(stdout()).to.equal('1.2.3\n');
  });
});

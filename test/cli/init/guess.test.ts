import { expect } from 'chai';
import { guessBranch, guessProgram } from '../../../src/cli/init/guess.ts';

const folder = (files: Record<string, string>) => (file: string) => files[file];
const guess = (manifest: object, files: Record<string, string> = {}) =>
  guessProgram(folder({ 'package.json': JSON.stringify(manifest), ...files }));

describe('what a folder says about its program', () => {
  it('is the start script, run without npm in between where it is a plain node command', () => {
    expect(guess({ scripts: { start: 'node server.js --port=1' } }).command).to.deep.equal([
      'node',
      'server.js',
      '--port=1',
    ]);
    expect(guess({ scripts: { start: 'NODE_ENV=x node a.js && b' } }).command).to.deep.equal([
      'npm',
      'start',
    ]);
  });

  it('is the main file, or one of the usual names, where there is no start script', () => {
    expect(guess({ main: 'lib/a.js' }, { 'lib/a.js': '', 'index.js': '' }).command).to.deep.equal([
      'node',
      'lib/a.js',
    ]);
    expect(guess({}, { 'server.js': '' }).command).to.deep.equal(['node', 'server.js']);
    expect(guess({}).command).to.equal(undefined);
  });

  it('is built by installing what it depends on, from the lock file where there is one', () => {
    const manifest = { dependencies: { hono: '4' } };
    expect(guess(manifest).build).to.match(/^npm install /);
    expect(guess(manifest, { 'package-lock.json': '{}' }).build).to.match(/^npm ci /);
    expect(guess({}).build).to.equal(undefined);
  });

  it('is python3 with its packages beside it, or what go builds', () => {
    expect(guessProgram(folder({ 'requirements.txt': 'flask', 'app.py': '' }))).to.deep.equal({
      build: 'python3 -mpip install --quiet --disable-pip-version-check --target vendor -r requirements.txt',
      command: ['env', 'PYTHONPATH=vendor', 'python3', 'app.py'],
    });
    expect(guessProgram(folder({ 'main.py': '' }))).to.deep.equal({ command: ['python3', 'main.py'] });
    expect(guessProgram(folder({ 'go.mod': '', 'main.go': '' })).command).to.deep.equal(['./server']);
  });

  it('is nothing for another kind of program, or a package.json that cannot be read', () => {
    expect(guessProgram(folder({}))).to.deep.equal({});
    expect(guessProgram(folder({ 'package.json': '{' }))).to.deep.equal({});
  });

  it('is on the branch that is checked out', () => {
    expect(guessBranch(folder({ '.git/HEAD': 'ref: refs/heads/trunk\n' }))).to.equal('trunk');
    expect(guessBranch(folder({ '.git/HEAD': '0123456789\n' }))).to.equal(undefined);
    expect(guessBranch(folder({}))).to.equal(undefined);
  });
});

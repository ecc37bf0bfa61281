import { expect } from 'chai';
import { guessDockerfile } from '../../../src/cli/init/dockerfile.ts';

describe('the Dockerfile that init builds an image by', () => {
  const guess = (files: Record<string, string>, hasEngine: boolean, isProcess: boolean) =>
    guessDockerfile((file) => files[file], { hasEngine, isProcess });
  const FILES = { Dockerfile: 'FROM node\nEXPOSE 3000/tcp\n' };

  it('is that of the folder, with the port that it exposes', () => {
    expect(guess(FILES, true, true)).to.include({ dockerfile: 'Dockerfile', port: 3000 });
    expect(guess({ Containerfile: 'FROM a' }, true, false)).to.deep.equal({
      dockerfile: 'Containerfile',
      isRoot: true,
    });
  });

  it('has its program as root but for the last user that it sets', () => {
    const isRoot = (text: string) => guess({ Dockerfile: text }, true, false)?.isRoot;
    const all = ['FROM a', 'FROM a\nUSER node', 'USER 1000:1000', 'USER node\nUSER 0:0', 'USER root'];
    expect(all.map(isRoot)).to.deep.equal([true, false, false, true, true]);
  });

  it('is none where the program can be started without an engine, and there is none', () => {
    expect(guess(FILES, false, true)).to.equal(undefined);
    expect(guess(FILES, false, false)?.dockerfile).to.equal('Dockerfile');
  });

  it('is none where there is none', () => expect(guess({}, true, false)).to.equal(undefined));
});

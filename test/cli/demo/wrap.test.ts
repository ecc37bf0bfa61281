import { expect } from 'chai';
import { wrap } from '../../../src/cli/demo/wrap.ts';

describe('a long line of the demo', () => {
  it('stays as it is where it fits', () => expect(wrap('[dev] short', 20)).to.deep.equal(['[dev] short']));
  it('goes on below its text, not below its label', () =>
    expect(wrap('[dev] one two three four', 14)).to.deep.equal([
      '[dev] one two',
      '      three',
      '      four',
    ]));
  it('keeps the indentation that it has', () =>
    expect(wrap('  one two three', 9)).to.deep.equal(['  one two', '  three']));
  it('never breaks a word, a URL say', () =>
    expect(wrap('see http://127.0.0.1:31464/version', 10)).to.deep.equal([
      'see',
      'http://127.0.0.1:31464/version',
    ]));
});

import { expect } from 'chai';
import { remembering } from '../../src/base/textmemo.ts';

describe('a reading of texts that is remembered', () => {
  const reads: string[] = [];
  const read = (text: string, scope: string): string => {
    reads.push(`${scope}${text}`);
    if (text === 'bad') throw new Error(text);
    return text.toUpperCase();
  };
  const take = (): string => reads.splice(0).join(' ');

  it('is made once for each text and scope', () => {
    const upper = remembering(100, read);
    expect([upper('a'), upper('a'), upper('a', 'x'), upper('a', 'x')]).to.deep.equal(['A', 'A', 'A', 'A']);
    expect(take()).to.equal('a xa');
  });

  it('is forgotten once more characters come than are kept, and never kept of a text that alone is too long', () => {
    const upper = remembering(5, read);
    for (const text of ['abc', 'def', 'def', 'abc', 'too long', 'too long', 'abc']) upper(text);
    expect(take()).to.equal('abc def abc too long too long');
  });

  it('is made again where it failed', () => {
    const upper = remembering(100, read);
    for (let i = 0; i < 2; i++) expect(() => upper('bad')).to.throw('bad');
    expect(take()).to.equal('bad bad');
  });
});

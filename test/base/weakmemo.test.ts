import { expect } from 'chai';
import { keptWith } from '../../src/base/weakmemo.ts';

describe('what is kept with an object', () => {
  it('is read once for each object and key, whatever it is', () => {
    const reads: string[] = [];
    const read = keptWith((object: { readonly name: string }, key) => {
      reads.push(`${object.name} ${key}`);
      return key === 'yes';
    });
    const [a, b] = [{ name: 'a' }, { name: 'b' }];
    expect([read(a, 'yes'), read(a, 'no'), read(b, 'yes')]).to.deep.equal([true, false, true]);
    expect([read(a, 'yes'), read(a, 'no'), read(b, 'yes')]).to.deep.equal([true, false, true]);
    expect(reads).to.deep.equal(['a yes', 'a no', 'b yes']);
  });
});

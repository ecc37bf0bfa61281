import { expect } from 'chai';
import { createMemo } from '../../src/base/memo.ts';

describe('a memo', () => {
  it('forgets what was used longest ago', () => {
    const memo = createMemo<number>(2);
    memo.set('a', 1);
    memo.set('b', 2);
    memo.get('a');
    memo.set('c', 3);
    expect(['a', 'b', 'c'].map((key) => memo.get(key))).to.deep.equal([1, undefined, 3]);
  });
});

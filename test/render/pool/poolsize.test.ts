import { expect } from 'chai';
import { needsAnother, poolSize } from '../../../src/render/pool/poolsize.ts';

const GB = 1024;

describe('the size of the render pool', () => {
  const cases: readonly (readonly [cores: number, memory: number, size: number, why: string])[] = [
    [1, 16 * GB, 1, 'the only core renders too'],
    [2, 16 * GB, 1, 'one core stays free for the daemon'],
    [4, 16 * GB, 3, 'one core stays free for the daemon'],
    [64, 256 * GB, 8, 'the daemon cannot feed more than eight'],
    [8, 1 * GB, 2, 'idle processes hold an eighth of the memory at most'],
    [8, 0.25 * GB, 1, 'there is always one'],
  ];
  for (const [cores, memory, size, why] of cases) {
    it(`is ${size} with ${cores} cores and ${memory} MB: ${why}`, () => {
      expect(poolSize({ cores, memory })).to.equal(size);
    });
  }
});

describe('another render process', () => {
  const limits = { size: 2, patience: 250 };
  const needs = (waiting: number, waitingMs: number, ...busyMs: (number | undefined)[]) =>
    needsAnother({ waiting, waitingMs, busyMs }, limits);

  it('is started only for renders that have been waiting for a while', () => {
    expect(needs(1, 249, 10)).to.equal(false);
    expect(needs(1, 250, 10)).to.equal(true);
    expect(needs(0, 250, 10)).to.equal(false);
  });

  it('is not started while one is idle, nor beyond the size', () => {
    expect(needs(5, 1000, 10, undefined)).to.equal(false);
    expect(needs(5, 1000, 10, 20)).to.equal(false);
  });

  it('is started beyond the size, once, where a template holds its process', () => {
    expect(needs(5, 1000, 10, 250)).to.equal(true);
    expect(needs(5, 1000, 10, 250, 250)).to.equal(false);
  });
});

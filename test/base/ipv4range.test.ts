import { expect } from 'chai';
import { isInRange, nthOf, overlap, partsOf, rebased } from '../../src/base/ipv4range.ts';

describe('a range of IPv4 addresses', () => {
  it('has the addresses that begin as it does, and nothing that is no IPv4 address', () => {
    for (const [address, isIn] of [
      ['127.200.0.0', true],
      ['127.200.255.255', true],
      ['127.201.0.0', false],
      ['::ffff:127.200.0.1', false],
      ['web', false],
    ] as const)
      expect(isInRange(address, '127.200.0.0/16'), address).to.equal(isIn);
  });

  it('overlaps with what it shares an address with', () => {
    expect(overlap('10.4.0.0/14', '10.7.255.0/24')).to.equal(true);
    expect(overlap('10.7.255.0/24', '10.4.0.0/14')).to.equal(true);
    expect(overlap('10.4.0.0/14', '10.8.0.0/14')).to.equal(false);
  });

  it('stands for another one, address by address', () => {
    expect(rebased('127.200.3.4', '127.200.0.0/16', '10.7.0.0/16')).to.equal('10.7.3.4');
    expect(rebased('127.201.3.4', '127.200.0.0/16', '10.7.0.0/16')).to.equal(undefined);
  });

  it('has equal parts, and addresses that are counted', () => {
    expect(partsOf('10.4.0.0/14', 2)).to.deep.equal([
      '10.4.0.0/16',
      '10.5.0.0/16',
      '10.6.0.0/16',
      '10.7.0.0/16',
    ]);
    expect(nthOf('10.4.0.0/14', 257)).to.equal('10.4.1.1');
  });

  it('is nothing else', () => {
    for (const wrong of ['10.0.0.0', '10.0.0/8', 'fd00::/8', '10.0.0.0/33'])
      expect(() => nthOf(wrong, 0)).to.throw(wrong);
  });
});

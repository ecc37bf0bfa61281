import { expect } from 'chai';
import { partyOf } from '../../src/base/clientparty.ts';

describe('a client that may have so much and no more', () => {
  for (const [address, party] of [
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:0db8::1', '2001:db8::/64'],
    ['::1', '::/64'],
    ['fe80::1%eth0', 'fe80::/64'],
    [undefined, ''],
  ] as const)
    it(`is ${party || 'nobody in particular'} at ${address ?? 'no address'}`, () => {
      expect(partyOf(address)).to.equal(party);
    });
});

import { expect } from 'chai';
import { cidrContains, parseCidr } from '../../../src/base/cidr.ts';
import { formatIp, parseIp } from '../../../src/base/ip.ts';
import { cidr, ipAddress, legacyCidr } from '../../../src/kube/kinds/checks/networks.ts';

const contains = (range: string, address: string): boolean | undefined => {
  const [parsed, bytes] = [parseCidr(range), parseIp(address)];
  return parsed && bytes && cidrContains(parsed, bytes);
};

describe('a range of addresses', () => {
  it('contains what agrees with its prefix, in its own family', () => {
    expect(contains('10.0.0.0/8', '10.255.3.4')).to.equal(true);
    expect(contains('10.0.0.0/9', '10.128.0.0')).to.equal(false);
    expect(contains('0.0.0.0/0', '203.0.113.9')).to.equal(true);
    expect(contains('192.0.2.7/32', '192.0.2.7')).to.equal(true);
    expect(contains('2001:db8::/33', '2001:db8:8000::1')).to.equal(false);
    expect(contains('::/0', '10.0.0.1')).to.equal(false);
  });

  for (const [text, problem] of [
    ['10.0.0.0/8', undefined],
    ['2001:db8::/32', undefined],
    ['10.0.0.0', 'must be a valid CIDR value'],
    ['10.0.0.0/33', 'must be a valid CIDR value'],
    ['10.0.0.0/08', 'must not have leading 0s'],
    ['10.0.0.1/8', 'must not have bits set beyond the prefix length'],
    ['::ffff:10.0.0.0/104', 'must not have an IPv4-mapped IPv6 address'],
    ['2001:DB8::/32', 'must be in canonical form ("2001:db8::/32")'],
  ] as const) {
    it(`${text} ${problem ?? 'is a valid one'}`, () => {
      if (problem === undefined) expect(cidr(text)).to.equal(undefined);
      else expect(cidr(text)).to.contain(problem);
    });
  }

  it('was read less strictly once', () => {
    expect([legacyCidr('010.0.0.1/08'), legacyCidr('10/8')].map((text) => text !== undefined)).to.deep.equal([
      false,
      true,
    ]);
  });
});

describe('an address as the name of an object', () => {
  for (const [text, problem] of [
    ['10.0.0.1', undefined],
    ['2001:db8::1', undefined],
    ['10.0.0', 'must be a valid IP address'],
    ['10.0.0.01', 'must not have leading 0s'],
    ['::ffff:10.0.0.1', 'must not be an IPv4-mapped IPv6 address'],
    ['2001:db8:0:0::1', 'must be in canonical form ("2001:db8::1")'],
  ] as const) {
    it(`${text} ${problem ?? 'is a valid one'}`, () => {
      if (problem === undefined) expect(ipAddress(text)).to.equal(undefined);
      else expect(ipAddress(text)).to.contain(problem);
    });
  }

  it('shortens the longest run of zeros, never a single one', () => {
    const canonical = (text: string) => formatIp(parseIp(text) ?? []);
    expect(canonical('1:0:0:2:0:0:0:3')).to.equal('1:0:0:2::3');
    expect(canonical('1:0:2:3:4:5:6:7')).to.equal('1:0:2:3:4:5:6:7');
    expect(canonical('::')).to.equal('::');
  });
});

import { expect } from 'chai';
import { remoteBase } from '../../../src/render/kustomize/remote.ts';
import { baseAccess } from '../../../src/sync/source/baseaccess.ts';

const own = {
  url: 'https://git.example.com/org/shop',
  credentials: { user: 'git', password: 'hush' },
};
const REF = `?ref=${'a'.repeat(40)}`;

const accessOf = (address: string, hosts: readonly string[], url = own.url): string => {
  const access = baseAccess(remoteBase(address + REF, { file: 'k.yaml' }), { hosts, own: { ...own, url } });
  if (!access.isAllowed) return 'no';
  return access.credentials ? 'with credentials' : 'without credentials';
};

/** What a committer writes: what comes of it, and once a person has allowed git.example.com. */
const ADDRESSES: readonly (readonly [string, string, string])[] = [
  ['https://git.example.com/org/shop', 'with credentials', 'with credentials'],
  ['https://git.example.com/org/shop.git//a', 'with credentials', 'with credentials'],
  ['https://GIT.example.com/org/shop//a', 'with credentials', 'with credentials'],
  ['https://git.example.com/org/secret', 'no', 'with credentials'],
  ['https://git.example.com/org/shop/../secret.git', 'no', 'with credentials'],
  ['https://git.example.com/org/shop/%2e%2e/secret.git', 'no', 'with credentials'],
  ['https://git.example.com/org/shopping', 'no', 'with credentials'],
  ['http://git.example.com/org/shop', 'no', 'without credentials'],
  ['http://git.example.com/org/secret', 'no', 'without credentials'],
  ['http://git.example.com:443/org/shop', 'no', 'no'],
  ['https://git.example.com:8443/org/shop', 'no', 'no'],
  ['https://git.example.com.evil.net/org/shop', 'no', 'no'],
  ['https://git.example.com@evil.net/org/shop', 'no', 'no'],
  ['https://evil.net/org/shop', 'no', 'no'],
];

describe('a base, as a committer addresses it', () => {
  for (const [address, unasked, allowed] of ADDRESSES)
    it(`is fetched from ${address}: ${unasked}; once a person allows the host: ${allowed}`, () => {
      expect(accessOf(address, [])).to.equal(unasked);
      expect(accessOf(address, ['git.example.com'])).to.equal(allowed);
    });

  it('is fetched by http with credentials only where the own repository is followed by http', () => {
    const followed = 'http://git.example.com/org/shop.git';
    expect(accessOf('http://git.example.com/org/shop', [], followed)).to.equal('with credentials');
    expect(accessOf('https://git.example.com/org/shop', [], followed)).to.equal('no');
  });

  it('is fetched from nowhere where the delivery follows nothing and nobody allows a host', () => {
    const base = remoteBase(own.url + REF, { file: 'k.yaml' });
    expect(baseAccess(base, { hosts: [] })).to.deep.equal({ isAllowed: false });
  });
});

import { expect } from 'chai';
import {
  dns1123Label,
  dns1123Subdomain,
  fnv32a,
  generateName,
  labelValue,
  qualifiedName,
  safeEncode,
} from '../../../src/kube/values/names.ts';
import { seeded } from '../seeded.ts';

describe('names', () => {
  it('accepts and refuses as RFC 1123 does', () => {
    for (const good of ['a', '0', 'my-name', 'a'.repeat(63)]) expect(dns1123Label(good)).to.equal(undefined);
    for (const bad of ['', '-a', 'a-', 'A', 'a.b', 'a_b', 'a'.repeat(64)])
      expect(dns1123Label(bad)).to.be.a('string');
    expect(dns1123Subdomain('a.b-c.d')).to.equal(undefined);
    expect(dns1123Subdomain('a..b')).to.contain('a lowercase RFC 1123 subdomain must consist of');
    expect(dns1123Label('x'.repeat(64))).to.equal('must be no more than 63 characters');
  });
  it('reads qualified names with a prefix', () => {
    for (const good of ['app', 'app.kubernetes.io/name', 'A_b.c'])
      expect(qualifiedName(good)).to.equal(undefined);
    for (const bad of ['', '/x', 'a/', 'a/b/c', 'Upper.io/x', '-x'])
      expect(qualifiedName(bad)).to.be.a('string');
    expect(labelValue('')).to.equal(undefined);
    expect(labelValue('a b')).to.be.a('string');
  });
  it('generates names of at most 63 characters from a safe alphabet', () => {
    const random = seeded(1);
    expect(generateName('web-', random)).to.match(/^web-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    expect(generateName('x'.repeat(80), random)).to.have.length(63);
  });
  it('hashes by FNV-32a and encodes safely', () => {
    expect(fnv32a(Buffer.from(''))).to.equal(0x811c9dc5);
    expect(fnv32a(Buffer.from('foobar'))).to.equal(0xbf9cf968);
    expect(safeEncode('4294967295')).to.match(/^[bcdfghjklmnpqrstvwxz2456789]{10}$/);
  });
});

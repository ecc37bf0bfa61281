import { expect } from 'chai';
import { equals, isFilter } from '../../../src/identity/ldap/filter.ts';

describe('identity: search filters of a directory', () => {
  it('escape the signs that mean something in one, by RFC 4515', () => {
    expect(equals('uid', 'a*b(c)d\\e\0f')).to.equal(String.raw`(uid=a\2ab\28c\29d\5ce\00f)`);
    expect(equals('cn', 'Zoë, Ärztin')).to.equal('(cn=Zoë, Ärztin)');
  });

  it('are one, with their parentheses closed', () => {
    for (const text of ['(a=b)', '(&(a=b)(|(c=d)(e=f)))']) expect(isFilter(text), text).to.equal(true);
    for (const text of ['', 'a=b', '(a=b', '(a=b)(c=d)', '(a=b))', ')(', '(a=b) '])
      expect(isFilter(text), text).to.equal(false);
  });
});

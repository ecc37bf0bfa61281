import { expect } from 'chai';
import { MOST_GROUPS } from '../../../src/identity/external.ts';
import { groupNames } from '../../../src/identity/ldap/groups.ts';
import type { GroupSearch } from '../../../src/identity/ldap/options.ts';
import { reasonOf } from '../refusals.ts';
import { byMember, entry, FakeDirectory } from './directory.ts';

const SEARCH: GroupSearch = {
  base: 'ou=groups',
  filter: '(objectClass=groupOfNames)',
  name: 'cn',
  member: 'member',
  memberIs: 'dn',
  nested: 'search',
};
const group = (name: string) => entry(`cn=${name}`, { cn: [name] });

describe('identity: groups in a directory', () => {
  let directory: FakeDirectory;
  beforeEach(() => {
    directory = new FakeDirectory();
  });
  const ask = async (search: Partial<GroupSearch> = {}, person = { dn: 'uid=ada', name: 'ada' }) =>
    groupNames(await directory.connect(), { ...SEARCH, ...search }, person);

  it('are those that name the person, and those that name such a group', async () => {
    directory.found[byMember('uid=ada')] = [group('dev'), group('qa')];
    directory.found[byMember('cn=dev', 'cn=qa')] = [group('staff')];
    expect(await ask()).to.deep.equal(['dev', 'qa', 'staff']);
    expect(await ask({ nested: 'no' })).to.deep.equal(['dev', 'qa']);
  });

  it('that are members of each other are found once', async () => {
    directory.found[byMember('uid=ada')] = [group('a')];
    directory.found[byMember('cn=a')] = [group('b')];
    directory.found[byMember('cn=b')] = [entry('CN=A', { cn: ['a'] }), group('b')];
    expect(await ask()).to.deep.equal(['a', 'b']);
  });

  it('are looked for ten levels deep and no deeper', async () => {
    directory.found[byMember('uid=ada')] = [group('g1')];
    for (let level = 1; level < 20; level++)
      directory.found[byMember(`cn=g${level}`)] = [group(`g${level + 1}`)];
    expect((await ask()).at(-1)).to.equal('g10');
  });

  it('are found at once where Active Directory follows the chain itself', async () => {
    const filter = '(&(objectClass=groupOfNames)(member:1.2.840.113556.1.4.1941:=uid=ada))';
    directory.found[filter] = [group('dev'), group('staff')];
    expect(await ask({ nested: 'chain' })).to.deep.equal(['dev', 'staff']);
    expect(directory.asked).to.deep.equal([`search ${filter}`]);
  });

  it('may name people by their names', async () => {
    const posix = {
      filter: '(objectClass=posixGroup)',
      member: 'memberUid',
      memberIs: 'name',
      nested: 'no',
    } as const;
    directory.found['(&(objectClass=posixGroup)(memberUid=ada))'] = [group('dev')];
    expect(await ask(posix)).to.deep.equal(['dev']);
  });

  it('are looked for by the DN as it stands, whatever signs it has', async () => {
    await ask({}, { dn: String.raw`cn=Ada (\2C) *,ou=people`, name: 'ada' });
    expect(directory.asked).to.deep.equal([
      String.raw`search (&(objectClass=groupOfNames)(member=cn=Ada \28\5c2C\29 \2a,ou=people))`,
    ]);
  });

  it('are refused when there are more than an account may have, rather than some of them left out', async () => {
    directory.found[byMember('uid=ada')] = Array.from({ length: MOST_GROUPS + 1 }, (_, i) => group(`g${i}`));
    expect(await reasonOf(ask())).to.equal('TooManyGroups');
  });
});

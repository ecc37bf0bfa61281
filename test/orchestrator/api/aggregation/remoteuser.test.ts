import { expect } from 'chai';
import { remoteUserHeaders, tellsUser } from '../../../../src/orchestrator/api/aggregation/remoteuser.ts';

describe('the headers that tell an aggregated API server who asks', () => {
  it('name the user, the uid, each group and what else is known', () => {
    const extra = { 'example.com/team': ['red', 'blue'] };
    const headers = remoteUserHeaders({ name: 'ann', uid: 'u-1', groups: ['dev', 'ops'], extra });
    expect(headers).to.deep.equal({
      'X-Remote-User': 'ann',
      'X-Remote-Uid': 'u-1',
      'X-Remote-Group': ['dev', 'ops'],
      'X-Remote-Extra-example.com%2Fteam': ['red', 'blue'],
    });
  });

  it('leave out what is not known', () => {
    expect(remoteUserHeaders({ name: 'ann', groups: [] })).to.deep.equal({ 'X-Remote-User': 'ann' });
  });

  it('escape what the name of a header cannot hold, and the sign of escapes itself', () => {
    const extra = { 'a b%:é': ['x'] };
    expect(remoteUserHeaders({ name: 'ann', groups: [], extra })).to.have.property(
      'X-Remote-Extra-a%20b%25%3A%C3%A9',
    );
  });

  it('carry names in the bytes of UTF-8', () => {
    const headers = remoteUserHeaders({ name: 'jörg', groups: [] });
    expect(Buffer.from(String(headers['X-Remote-User']), 'latin1').toString('utf8')).to.equal('jörg');
  });

  it('are known in any spelling that a server may take for them', () => {
    for (const name of [
      'x-remote-user',
      'X-Remote-Extra-Foo',
      'x_remote_group',
      'X-Remote_Uid',
      'x-remote-other',
    ])
      expect(tellsUser(name), name).to.equal(true);
    for (const name of ['remote-user', 'x-remote', 'x-forwarded-for'])
      expect(tellsUser(name), name).to.equal(false);
  });
});

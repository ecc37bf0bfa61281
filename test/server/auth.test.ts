import { expect } from 'chai';
import { ProblemError } from '../../src/base/errors.ts';
import { TOKEN_HOLDER } from '../../src/model/user.ts';
import { actAs, userOf } from '../../src/server/auth.ts';

const TOKEN = 'secret:with:colons';
const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
const HOLDER = TOKEN_HOLDER.name;

describe('the user of a request', () => {
  const cases: readonly [string, string | undefined, string | undefined][] = [
    ['is nobody without a header', undefined, undefined],
    ['is nobody with an empty one', '', undefined],
    ['is the holder of the token with a bearer token', `Bearer ${TOKEN}`, HOLDER],
    ['may write the scheme in any case', `bEaReR ${TOKEN}`, HOLDER],
    ['is nobody with another token', 'Bearer other', undefined],
    ['is nobody with a part of the token', `Bearer ${TOKEN.slice(0, -1)}`, undefined],
    ['is nobody with no token', 'Bearer ', undefined],
    ['is named by a basic login, whose password may hold colons', basic(`ann:${TOKEN}`), 'ann'],
    ['is the holder of the token where the name is empty', basic(`:${TOKEN}`), HOLDER],
    ['is the holder of the token where the name is that of the printed URLs', basic(`git:${TOKEN}`), HOLDER],
    ['is nobody with the token as the name', basic(`${TOKEN}:`), undefined],
    ['is nobody without a colon', basic(TOKEN.replaceAll(':', '')), undefined],
    ['is nobody with what is not base64', 'Basic ???', undefined],
    ['is nobody with another scheme', `Digest ${TOKEN}`, undefined],
  ];
  for (const [title, authorization, name] of cases) {
    it(title, () => {
      expect(userOf(authorization === undefined ? {} : { authorization }, TOKEN)?.name).to.equal(name);
    });
  }

  const claiming = (name: string) =>
    userOf({ authorization: `Bearer ${TOKEN}`, 'pilotage-user': name }, TOKEN);
  const refusalOf = (work: () => unknown): string => {
    try {
      work();
      return 'not refused';
    } catch (error) {
      return error instanceof ProblemError ? error.problem.reason : String(error);
    }
  };

  it('may be named by the holder of the token, whose rights it keeps; nobody has verified the name', () => {
    expect(claiming('ann')).to.deep.equal({ ...TOKEN_HOLDER, name: 'ann', verified: false });
  });

  it('may have a name of any script, percent-encoded', () => {
    expect(claiming(encodeURIComponent('Bjørn Müller'))?.name).to.equal('Bjørn Müller');
    expect(claiming('%20ann%20')?.name).to.equal('ann');
  });

  it('is named by the header before the basic login: the login may be kept by git', () => {
    const headers = { authorization: basic(`ann:${TOKEN}`), 'pilotage-user': 'bob' };
    expect(userOf(headers, TOKEN)?.name).to.equal('bob');
  });

  it('is refused with a name that is empty, endless, or holds control characters', () => {
    for (const name of ['', '%20', 'a'.repeat(257), 'a%0Ab', '%zz'])
      expect(
        refusalOf(() => claiming(name)),
        name,
      ).to.equal('BadRequest');
  });

  it('is refused with a name that nobody can see, or that turns the text around it', () => {
    for (const name of ['\u200b', '\u202e\u200b', '\u00a0\u2060', 'bob\u202egnp', '\u2066bob'])
      expect(
        refusalOf(() => claiming(encodeURIComponent(name))),
        JSON.stringify(name),
      ).to.equal('BadRequest');
    expect(claiming(encodeURIComponent('می\u200cخواهم'))?.name).to.equal('می\u200cخواهم');
  });

  it('is nobody without the token, whatever name is claimed', () => {
    expect(userOf({ 'pilotage-user': 'ann' }, TOKEN)).to.equal(undefined);
  });

  it('may be somebody else for administrators only', () => {
    const bob = { name: 'bob', groups: ['developers'], verified: true };
    expect(refusalOf(() => actAs(bob, 'ann'))).to.equal('Forbidden');
    expect(actAs({ ...bob, groups: ['system:masters'] }, 'ann').verified).to.equal(false);
  });
});

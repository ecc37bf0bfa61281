import { expect } from 'chai';
import { principalOf } from '../../src/server/auth.ts';

const TOKEN = 'secret:with:colons';
const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

describe('who asks', () => {
  const cases: readonly [string, string | undefined, string | undefined][] = [
    ['is nobody without a header', undefined, undefined],
    ['is nobody with an empty one', '', undefined],
    ['has no name with a bearer token', `Bearer ${TOKEN}`, ''],
    ['may write the scheme as he likes', `bEaReR ${TOKEN}`, ''],
    ['is nobody with another token', 'Bearer other', undefined],
    ['is nobody with a part of the token', `Bearer ${TOKEN.slice(0, -1)}`, undefined],
    ['is nobody with no token', 'Bearer ', undefined],
    ['is named by a basic login, whose password may hold colons', basic(`ann:${TOKEN}`), 'ann'],
    ['may leave the name empty', basic(`:${TOKEN}`), ''],
    ['is nobody with the token as the name', basic(`${TOKEN}:`), undefined],
    ['is nobody without a colon', basic(TOKEN.replaceAll(':', '')), undefined],
    ['is nobody with what is no base64', 'Basic ???', undefined],
    ['is nobody with another scheme', `Digest ${TOKEN}`, undefined],
  ];
  for (const [title, header, principal] of cases) {
    it(title, () => {
      expect(principalOf(header, TOKEN)).to.equal(principal);
    });
  }
});

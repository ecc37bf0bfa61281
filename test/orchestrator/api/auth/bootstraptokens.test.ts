import { expect } from 'chai';
import { bootstrapSecret, parseBootstrapToken } from '../../../../src/kube/client/bootstraptoken.ts';
import type { Secret } from '../../../../src/kube/kinds/objects.data.ts';
import { bootstrapAuthenticator } from '../../../../src/orchestrator/api/auth/bootstraptokens.ts';
import { FakeClock } from '../../../fakes/clock.ts';

const TOKEN = { id: 'abcdef', secret: '0123456789abcdef' };
const TEXT = 'abcdef.0123456789abcdef';
const HOUR = 3_600_000;

/** As the API stores it. */
function stored(expiresAt: number | undefined, changes: Record<string, string> = {}): Secret {
  const { stringData, ...secret } = bootstrapSecret(TOKEN, expiresAt);
  const data = Object.entries({ ...stringData, ...changes }).map(([key, value]) => [
    key,
    Buffer.from(value).toString('base64'),
  ]);
  return { ...secret, data: Object.fromEntries(data) };
}

describe('a bootstrap token', () => {
  const clock = new FakeClock(Date.parse('2026-01-01T00:00:00Z'));
  const answer = async (text: string, secret: Secret | undefined) =>
    bootstrapAuthenticator({
      secret: (name) => (name === 'bootstrap-token-abcdef' ? secret : undefined),
      clock,
    })(text);
  const reason = async (text: string, secret: Secret | undefined) => {
    const said = await answer(text, secret);
    return said?.type === 'refused' ? said.reason : said?.type;
  };

  it('has an id of six characters and a secret of sixteen', () => {
    expect(parseBootstrapToken(TEXT)).to.deep.equal(TOKEN);
    for (const other of ['', 'abcdef', 'ABCDEF.0123456789abcdef', `${TEXT}0`, `x${TEXT}`, `${TEXT}\n`])
      expect(parseBootstrapToken(other), other).to.equal(undefined);
  });

  it('makes its bearer a bootstrapper who may join nodes, as long as its Secret is there', async () => {
    expect(await answer(TEXT, stored(clock.now() + HOUR))).to.deep.equal({
      type: 'user',
      user: {
        name: 'system:bootstrap:abcdef',
        groups: ['system:bootstrappers', 'system:bootstrappers:pilotage:nodes'],
      },
    });
    expect(await reason(TEXT, undefined)).to.contain('there is no Secret');
  });

  it('is of no use once it has expired, and where its time cannot be read', async () => {
    expect(await reason(TEXT, stored(clock.now()))).to.contain('it has expired at 2026-01-01T00:00:00Z');
    expect(await reason(TEXT, stored(undefined, { expiration: 'tomorrow' }))).to.contain('it has expired');
    expect(await reason(TEXT, stored(undefined))).to.equal('user');
  });

  it('is refused with another secret, for another purpose, and where it would give other groups', async () => {
    expect(await reason('abcdef.0123456789abcdeX'.toLowerCase(), stored(undefined))).to.contain(
      'secret is wrong',
    );
    expect(await reason(TEXT, stored(undefined, { 'token-secret': '' }))).to.contain('secret is wrong');
    expect(await reason(TEXT, stored(undefined, { 'usage-bootstrap-authentication': 'false' }))).to.contain(
      'not for authentication',
    );
    expect(await reason(TEXT, stored(undefined, { 'auth-extra-groups': 'system:masters' }))).to.contain(
      'is no group that a token may give',
    );
    expect(await reason(TEXT, { ...stored(undefined), type: 'Opaque' })).to.contain('is not of type');
  });

  it('leaves tokens of other kinds to others', async () => {
    expect(await answer('plt_something', undefined)).to.equal(undefined);
  });
});

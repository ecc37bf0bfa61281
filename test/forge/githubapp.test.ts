import { generateKeyPairSync, verify } from 'node:crypto';
import { expect } from 'chai';
import { createAppTokens } from '../../src/forge/githubapp.ts';
import { answer, fakeWeb } from '../fakes/chartservers.ts';
import { FakeClock } from '../fakes/clock.ts';

const URL_OF_TOKENS = 'https://api.github.com/app/installations/42/access_tokens';

describe('tokens of a GitHub App', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
  const setUp = (key = pem) => {
    const clock = new FakeClock(Date.UTC(2026, 11, 1));
    const web = fakeWeb();
    let number = 0;
    web.answers[`POST ${URL_OF_TOKENS}`] = () => {
      number += 1;
      const expires_at = new Date(clock.now() + 3_600_000).toISOString();
      return answer(201, JSON.stringify({ token: `ghs_${number}`, expires_at }));
    };
    const app = { appId: '7', installationId: '42', privateKey: key };
    return {
      web,
      clock,
      tokens: createAppTokens({ ask: web.ask, clock, app, api: 'https://api.github.com' }),
    };
  };

  it('asks with a statement that its key signed, and which ends within ten minutes', async () => {
    const { web, clock, tokens } = setUp();
    expect((await tokens()).token).to.equal('ghs_1');
    const jwt = web.asked[0]?.headers?.authorization?.replace('Bearer ', '') ?? '';
    const [head = '', claims = '', signature = ''] = jwt.split('.');
    const signed = Buffer.from(`${head}.${claims}`);
    expect(verify('RSA-SHA256', signed, publicKey, Buffer.from(signature, 'base64url'))).to.equal(true);
    const { iss, iat, exp } = JSON.parse(Buffer.from(claims, 'base64url').toString());
    expect(iss).to.equal('7');
    expect(iat).to.be.below(clock.now() / 1000);
    expect(exp - iat).to.be.at.most(600);
  });

  it('keeps a token until shortly before its end, and asks once for all who wait', async () => {
    const { web, clock, tokens } = setUp();
    const both = await Promise.all([tokens(), tokens()]);
    expect(both.map(({ token }) => token)).to.deep.equal(['ghs_1', 'ghs_1']);
    await clock.advance(54 * 60_000);
    expect((await tokens()).token).to.equal('ghs_1');
    await clock.advance(2 * 60_000);
    expect((await tokens()).token).to.equal('ghs_2');
    expect(web.asked).to.have.length(2);
  });

  it('says that it is not installed there, and asks again at the next call', async () => {
    const { web, tokens } = setUp();
    const { [`POST ${URL_OF_TOKENS}`]: good } = web.answers;
    web.answers[`POST ${URL_OF_TOKENS}`] = answer(404, '{"message":"Not Found"}');
    expect(await tokens().catch(({ message }) => message)).to.equal(
      'GitHub knows no installation 42 of the app 7',
    );
    if (good) web.answers[`POST ${URL_OF_TOKENS}`] = good;
    expect((await tokens()).token).to.equal('ghs_1');
  });

  it('says of a key that is none which one is meant, and quotes nothing of it', () => {
    expect(() => setUp('-----BEGIN hunter2-----')).to.throw(/no RSA key in PEM/);
  });
});

import { generateKeyPairSync, sign } from 'node:crypto';
import { expect } from 'chai';
import type { HttpsRequest } from '../../../src/base/https.ts';
import { createLogger } from '../../../src/base/log.ts';
import { openIdClient } from '../../../src/identity/oidc/client.ts';
import { FakeClock } from '../../fakes/clock.ts';
import { reasonOf } from '../refusals.ts';

const ISSUER = 'https://login.example.com';
const ATTEMPT = {
  redirectUri: 'http://127.0.0.1:40000/callback',
  state: 'the state',
  nonce: 'the nonce',
  verifier: 'v'.repeat(43),
};
const [KEY, OTHER_KEY] = [1, 2].map(() => generateKeyPairSync('rsa', { modulusLength: 2048 }));

/** What openid-client checks, by the answers of a provider that a test spoils one by one. */
describe('identity: an OpenID Connect provider', () => {
  let answers: Record<string, object | string>;
  let asked: HttpsRequest[];
  let log: string[];
  beforeEach(() => {
    asked = [];
    log = [];
    answers = {
      [`${ISSUER}/.well-known/openid-configuration`]: {
        issuer: ISSUER,
        authorization_endpoint: `${ISSUER}/auth`,
        token_endpoint: `${ISSUER}/token`,
        device_authorization_endpoint: `${ISSUER}/device`,
        jwks_uri: `${ISSUER}/keys`,
      },
      [`${ISSUER}/keys`]: {
        keys: [{ ...KEY?.publicKey.export({ format: 'jwk' }), kid: 'one', use: 'sig', alg: 'RS256' }],
      },
      [`${ISSUER}/token`]: tokens(),
    };
  });

  const issuer = (clock = new FakeClock()) =>
    openIdClient(
      {
        issuer: ISSUER,
        clientId: 'pilotage',
        clientSecret: 'our secret',
        scopes: ['openid', 'groups'],
        nameClaim: 'sub',
        groupsClaim: 'groups',
        requiredClaims: {},
        ca: 'PEM',
      },
      {
        clock,
        logger: createLogger('debug', { write: (line: string) => void log.push(line) }),
        ask: async (request) => {
          asked.push(request);
          const answer = answers[request.url];
          if (answer === undefined) throw new Error(`${request.url} does not answer`);
          const isError = typeof answer === 'object' && 'error' in answer;
          const body = Buffer.from(typeof answer === 'string' ? answer : JSON.stringify(answer));
          return { status: isError ? 400 : 200, headers: { 'content-type': 'application/json' }, body };
        },
      },
    );
  const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  function tokens(claims: object = {}, key = KEY): object {
    const now = Math.floor(Date.now() / 1000);
    const all = {
      iss: ISSUER,
      aud: 'pilotage',
      sub: 'ada',
      nonce: ATTEMPT.nonce,
      iat: now,
      exp: now + 300,
      ...claims,
    };
    const signed = `${base64({ alg: 'RS256', kid: 'one' })}.${base64(all)}`;
    const seal = key && sign('sha256', Buffer.from(signed), key.privateKey).toString('base64url');
    return { access_token: 'an access token', token_type: 'bearer', id_token: `${signed}.${seal}` };
  }
  const callback = (query: Record<string, string> = {}) =>
    new URL(
      `${ATTEMPT.redirectUri}?${new URLSearchParams({ code: 'the code', state: ATTEMPT.state, ...query })}`,
    );
  const redeem = () => issuer().redeem(callback(), ATTEMPT);

  it('is asked with PKCE, state and nonce, and its code is redeemed with the verifier and our secret', async () => {
    const url = new URL(await issuer().authorizationUrl(ATTEMPT));
    expect(Object.fromEntries(url.searchParams)).to.include({
      client_id: 'pilotage',
      response_type: 'code',
      scope: 'openid groups',
      redirect_uri: ATTEMPT.redirectUri,
      state: ATTEMPT.state,
      nonce: ATTEMPT.nonce,
      code_challenge_method: 'S256',
    });
    expect(url.href).not.to.contain(ATTEMPT.verifier);
    expect(await redeem()).to.include({ sub: 'ada' });
    const request = asked.find(({ url }) => url.endsWith('/token'));
    expect(request?.body).to.contain(ATTEMPT.verifier);
    expect(request?.headers?.authorization).to.match(/^Basic /);
    expect(asked.every(({ ca }) => ca === 'PEM')).to.equal(true);
  });

  it('is not believed with a wrong nonce, audience, issuer, time or signature', async () => {
    for (const [what, answer] of [
      ['nonce', tokens({ nonce: 'another' })],
      ['no nonce', tokens({ nonce: undefined })],
      ['audience', tokens({ aud: 'another' })],
      ['issuer', tokens({ iss: 'https://evil.example.com' })],
      ['expired', tokens({ exp: 1 })],
      ['signature', tokens({}, OTHER_KEY)],
    ] as const) {
      answers[`${ISSUER}/token`] = answer;
      expect(await reasonOf(redeem()), what).to.equal('Unauthorized');
    }
    expect(log.join())
      .to.contain('nonce')
      .and.not.to.contain('an access token')
      .and.not.to.contain('our secret');
  });

  it('may refuse the code, and may say no in the browser', async () => {
    answers[`${ISSUER}/token`] = { error: 'invalid_grant' };
    expect(await reasonOf(redeem())).to.equal('Unauthorized');
    const no = new URL(
      `${ATTEMPT.redirectUri}?error=access_denied&state=${encodeURIComponent(ATTEMPT.state)}`,
    );
    expect(await reasonOf(issuer().redeem(no, ATTEMPT))).to.equal('Denied');
  });

  it('cannot be asked while it is down, slow or talks nonsense, and the log says why', async () => {
    answers[`${ISSUER}/token`] = '<html>';
    expect(await reasonOf(redeem())).to.equal('Unavailable');
    for (const nonsense of ['<html>', {}, { issuer: 'https://evil.example.com' }, 'null']) {
      answers[`${ISSUER}/.well-known/openid-configuration`] = nonsense;
      expect(await reasonOf(redeem()), JSON.stringify(nonsense)).to.equal('Unavailable');
    }
    answers = {};
    expect(await reasonOf(redeem())).to.equal('Unavailable');
    expect(log.at(-1)).to.contain('does not answer');
  });

  it('is asked once for all who begin to sign in, and not again for five seconds after it failed', async () => {
    const clock = new FakeClock();
    const configuration = `${ISSUER}/.well-known/openid-configuration`;
    const count = () => asked.filter(({ url }) => url === configuration).length;
    const known = answers;
    answers = {};
    const one = issuer(clock);
    const begin = () => reasonOf(one.authorizationUrl(ATTEMPT));
    expect(await Promise.all([begin(), begin()])).to.deep.equal(['Unavailable', 'Unavailable']);
    expect(await begin()).to.equal('Unavailable');
    expect(count()).to.equal(1);
    answers = known;
    await clock.advance(5_000);
    expect(await Promise.all([begin(), begin()])).to.deep.equal(['not refused', 'not refused']);
    expect(count()).to.equal(2);
    await clock.advance(3_600_000);
    expect(await begin()).to.equal('not refused');
    expect(count()).to.equal(3);
  });

  it('adds what it says of somebody at the place for that, about nobody else', async () => {
    const configuration = answers[`${ISSUER}/.well-known/openid-configuration`] as object;
    answers[`${ISSUER}/.well-known/openid-configuration`] = {
      ...configuration,
      userinfo_endpoint: `${ISSUER}/me`,
    };
    answers[`${ISSUER}/me`] = { sub: 'ada', groups: ['ops'] };
    expect(await redeem()).to.deep.include({ sub: 'ada', groups: ['ops'] });
    answers[`${ISSUER}/me`] = { sub: 'eve', groups: ['ops'] };
    expect(await reasonOf(redeem())).not.to.equal('not refused');
    // What is verified there is the address there, and not another one in the token.
    answers[`${ISSUER}/me`] = { sub: 'ada', email: 'ada@example.com', email_verified: true };
    answers[`${ISSUER}/token`] = tokens({ email: 'root@example.com' });
    expect(await redeem())
      .to.include({ email: 'root@example.com' })
      .and.not.have.property('email_verified');
  });

  it('gives codes for devices, and answers about them', async () => {
    answers[`${ISSUER}/device`] = {
      device_code: 'secret',
      user_code: 'ABCD',
      verification_uri: `${ISSUER}/device`,
      expires_in: 300,
    };
    expect(await issuer().startDevice()).to.deep.equal({
      deviceCode: 'secret',
      userCode: 'ABCD',
      verificationUri: `${ISSUER}/device`,
      intervalMs: 5_000,
    });
    for (const [error, type] of [
      ['authorization_pending', 'pending'],
      ['slow_down', 'slowDown'],
      ['access_denied', 'denied'],
      ['expired_token', 'expired'],
    ] as const) {
      answers[`${ISSUER}/token`] = { error };
      expect(await issuer().pollDevice('secret')).to.deep.equal({ type });
    }
    answers[`${ISSUER}/token`] = tokens({ nonce: undefined });
    expect(await issuer().pollDevice('secret')).to.deep.include({ type: 'claims' });
    answers[`${ISSUER}/token`] = tokens({ nonce: undefined }, OTHER_KEY);
    expect(await reasonOf(issuer().pollDevice('secret'))).to.equal('Unauthorized');
  });
});

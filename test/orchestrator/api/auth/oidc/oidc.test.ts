import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { problemOf } from '../../../../../src/base/errors.ts';
import type { JsonObject } from '../../../../../src/kube/values/types.ts';
import { oidcAuthenticator } from '../../../../../src/orchestrator/api/auth/oidc/oidc.ts';
import { type OidcOptions, readOidcOptions } from '../../../../../src/orchestrator/api/auth/oidc/options.ts';
import { FakeClock } from '../../../../fakes/clock.ts';

const ISSUER = 'https://login.example.com';
const OPTIONS: OidcOptions = {
  issuer: ISSUER,
  clientId: 'pilotage',
  usernameClaim: 'email',
  usernamePrefix: 'oidc:',
  groupsClaim: 'groups',
  groupsPrefix: '',
  requiredClaims: {},
};

const pair = () => generateKeyPairSync('rsa', { modulusLength: 2048 });
const first = pair();
const second = pair();

describe('an ID token of OpenID Connect', () => {
  let clock: FakeClock;
  let published: Map<string, KeyObject>;
  let isDown: boolean;
  let asked: string[];
  beforeEach(() => {
    clock = new FakeClock();
    published = new Map([['one', first.publicKey]]);
    isDown = false;
    asked = [];
  });

  const fetchJson = async (url: string): Promise<JsonObject> => {
    asked.push(url);
    if (isDown) throw new Error('connect ECONNREFUSED');
    if (url === `${ISSUER}/.well-known/openid-configuration`) {
      return { issuer: ISSUER, jwks_uri: `${ISSUER}/keys` };
    }
    const keys = [...published].map(([kid, key]) => ({ ...key.export({ format: 'jwk' }), kid, use: 'sig' }));
    return { keys: keys as unknown as JsonObject[] };
  };
  const authenticator = (options: Partial<OidcOptions> = {}) =>
    oidcAuthenticator({ ...OPTIONS, ...options }, clock, fetchJson);
  const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = (more: object = {}) => ({
    iss: ISSUER,
    aud: 'pilotage',
    exp: Math.floor(clock.now() / 1000) + 300,
    email: 'ann@example.com',
    ...more,
  });
  function token(more: object = {}, kid = 'one', key = first.privateKey): string {
    const signed = `${base64({ alg: 'RS256', kid })}.${base64(claims(more))}`;
    return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`;
  }
  const refusal = async (text: string, by = authenticator()) => {
    const answer = await by(text);
    return answer?.type === 'refused' ? answer.reason : answer;
  };

  it('signs its user in by the claims that are chosen, with their prefixes', async () => {
    const answer = await authenticator({ groupsPrefix: 'oidc:' })(token({ groups: ['dev', 'ops'] }));
    expect(answer).to.deep.equal({
      type: 'user',
      user: { name: 'oidc:ann@example.com', groups: ['oidc:dev', 'oidc:ops'] },
    });
  });

  it('that has expired, is for somebody else, has no name or an unverified address is refused', async () => {
    expect(await refusal(token({ exp: Math.floor(clock.now() / 1000) - 61 }))).to.equal(
      'oidc: the token is expired',
    );
    expect(await refusal(token({ exp: undefined }))).to.equal('oidc: the token has no end');
    expect(await refusal(token({ aud: ['shop'] }))).to.equal(
      'oidc: expected audience "pilotage" got ["shop"]',
    );
    expect(await refusal(token({ email: 7 }))).to.equal('oidc: could not find claim "email" as a string');
    for (const verified of [false, 'false', null])
      expect(await refusal(token({ email_verified: verified }))).to.equal('oidc: email not verified');
    expect((await authenticator()(token({ email_verified: true })))?.type).to.equal('user');
  });

  it('must have the claims that are required', async () => {
    const strict = authenticator({ requiredClaims: { hd: 'example.com' } });
    expect(await refusal(token(), strict)).to.equal('oidc: required claim hd not present in ID token');
    expect(await refusal(token({ hd: 'else.com' }), strict)).to.equal(
      'oidc: required claim hd value does not match',
    );
    expect((await strict(token({ hd: 'example.com' })))?.type).to.equal('user');
  });

  it('makes nobody an administrator or a part of the cluster', async () => {
    const answer = await authenticator()(token({ groups: ['system:masters', 'system:nodes', 'dev'] }));
    expect(answer?.type === 'user' && answer.user.groups).to.deep.equal(['dev']);
    const bare = authenticator({ usernamePrefix: '' });
    expect(await refusal(token({ email: 'system:apiserver' }), bare)).to.equal(
      'oidc: the name system:apiserver is one of the cluster',
    );
  });

  it('by another key, without a signature, or by an HMAC with the public key is refused', async () => {
    expect(await refusal(token({}, 'one', second.privateKey))).to.equal('oidc: the signature is wrong');
    expect(await refusal(`${base64({ alg: 'none', kid: 'one' })}.${base64(claims())}.`)).to.equal(
      'oidc: the signature is wrong',
    );
    const pem = first.publicKey.export({ type: 'spki', format: 'pem' });
    const signed = `${base64({ alg: 'HS256', kid: 'one' })}.${base64(claims())}`;
    const mac = createHmac('sha256', pem).update(signed).digest('base64url');
    expect(await refusal(`${signed}.${mac}`)).to.equal('oidc: the signature is wrong');
  });

  it('of another issuer is left to others, without asking anybody', async () => {
    expect(await authenticator()(token({ iss: 'https://else' }))).to.equal(undefined);
    expect(asked).to.deep.equal([]);
  });

  it('is checked by keys that are kept, and read again for one that is new, at most every ten seconds', async () => {
    const by = authenticator();
    await by(token());
    await by(token());
    expect(asked).to.have.length(2);
    expect(await refusal(token({}, 'two', second.privateKey), by)).to.equal(
      'oidc: the issuer has no key of that id',
    );
    expect(asked).to.have.length(2);
    published.set('two', second.publicKey);
    await clock.advance(10_000);
    expect((await by(token({}, 'two', second.privateKey)))?.type).to.equal('user');
    expect(asked).to.have.length(4);
  });

  it('by a key that was withdrawn is refused within the hour', async () => {
    const by = authenticator();
    await by(token());
    published = new Map([['two', second.publicKey]]);
    await clock.advance(3_600_001);
    expect(await refusal(token(), by)).to.equal('oidc: the issuer has no key of that id');
  });

  it('is refused while the issuer is down, unless its key is known; after a day that one too', async () => {
    isDown = true;
    expect(await refusal(token())).to.equal('oidc: the issuer cannot be asked: connect ECONNREFUSED');
    isDown = false;
    const by = authenticator();
    await by(token());
    isDown = true;
    await clock.advance(2 * 3_600_000);
    expect((await by(token()))?.type).to.equal('user');
    await clock.advance(23 * 3_600_000);
    expect(await refusal(token(), by)).to.equal('oidc: the issuer cannot be asked: connect ECONNREFUSED');
  });

  it('of an issuer that calls itself otherwise is refused', async () => {
    const by = oidcAuthenticator(OPTIONS, clock, async () => ({ issuer: 'https://else' }));
    expect(await refusal(token(), by)).to.contain('calls itself https://else');
  });

  describe('is set up by a file', () => {
    let dir: string;
    beforeEach(() => {
      dir = mkdtempSync(join(tmpdir(), 'pilotage-oidc-'));
    });
    afterEach(() => rmSync(dir, { recursive: true, force: true }));
    const read = (text: string) => {
      writeFileSync(join(dir, 'oidc.yaml'), text);
      return readOidcOptions(join(dir, 'oidc.yaml'));
    };
    const fault = (text: string) => {
      try {
        read(text);
      } catch (error) {
        return problemOf(error).message;
      }
      return expect.fail('it was taken');
    };

    it('with the authority beside it, and the issuer before names that are no addresses', () => {
      writeFileSync(join(dir, 'ca.pem'), 'PEM');
      expect(read(`issuer: ${ISSUER}\nclientId: pilotage\ncaFile: ca.pem\n`)).to.deep.equal({
        issuer: ISSUER,
        clientId: 'pilotage',
        usernameClaim: 'sub',
        usernamePrefix: `${ISSUER}#`,
        groupsPrefix: '',
        requiredClaims: {},
        ca: 'PEM',
      });
    });

    it('that says what is wrong with it', () => {
      expect(fault('issuer: http://login\nclientId: x\n')).to.contain('issuer must be a URL of https');
      expect(fault(`issuer: ${ISSUER}\n`)).to.contain('clientId is missing');
      expect(fault(`issuer: ${ISSUER}\nclientId: x\nscope: all\n`)).to.contain('scope is not known');
      expect(fault(`issuer: ${ISSUER}\nclientId: x\ncaFile: none.pem\n`)).to.contain('ENOENT');
    });
  });
});

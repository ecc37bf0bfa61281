import { createHmac, createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { KubeObject } from '../../../../../src/kube/values/types.ts';
import { isSignedBy, readJwt, signJwt } from '../../../../../src/orchestrator/api/auth/jwt.ts';
import { openSigningKeys } from '../../../../../src/orchestrator/api/auth/serviceaccounts/keys.ts';
import {
  createServiceAccountTokens,
  ISSUER,
} from '../../../../../src/orchestrator/api/auth/serviceaccounts/tokens.ts';
import type { TokenSubject } from '../../../../../src/orchestrator/api/tokenissuer.ts';
import { FakeClock } from '../../../../fakes/clock.ts';

const WEB: TokenSubject = { namespace: 'shop', account: { name: 'web', uid: 'account-1' } };
const POD: TokenSubject = {
  ...WEB,
  pod: { name: 'web-0', uid: 'pod-1' },
  node: { name: 'here', uid: 'node-1' },
};
const SECRET: TokenSubject = { ...WEB, secret: { name: 'web-token', uid: 'secret-1' } };
const NODE: TokenSubject = { ...WEB, node: { name: 'here', uid: 'node-1' } };

describe('a token of a service account', () => {
  let dir: string;
  let clock: FakeClock;
  let objects: Map<string, KubeObject>;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'pilotage-sa-'));
    clock = new FakeClock();
    objects = new Map();
    put('serviceaccounts/shop/web', 'account-1');
    put('pods/shop/web-0', 'pod-1');
    put('secrets/shop/web-token', 'secret-1');
    put('nodes//here', 'node-1');
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  function put(key: string, uid: string, deletionTimestamp?: string): void {
    const metadata = { uid, ...(deletionTimestamp ? { deletionTimestamp } : {}) };
    objects.set(key, { apiVersion: 'v1', kind: 'Any', metadata });
  }

  function open() {
    return createServiceAccountTokens({
      keys: openSigningKeys(dir),
      lookup: (plural, name, namespace) => objects.get(`${plural}/${namespace}/${name}`),
      clock,
    });
  }
  const issue = (subject = WEB, seconds = 600) => open().issuer.issue(subject, [ISSUER], seconds);
  const answer = async (token: string) => await open().authenticate(token);
  const refusal = async (token: string) => {
    const found = await answer(token);
    return found?.type === 'refused' ? found.reason : found;
  };
  const claimsOf = (token: string) => ({ ...readJwt(token)?.claims });
  const signedWith = (claims: object, key: { id: string; key: KeyObject }) => signJwt({ ...claims }, key);

  it('speaks for the account, its groups, and the pod and node that it is bound to', async () => {
    const found = await answer(issue(POD));
    expect(found).to.deep.include({ type: 'user', audiences: [ISSUER] });
    const user = found?.type === 'user' ? found.user : undefined;
    const { 'authentication.kubernetes.io/credential-id': id, ...extra } = user?.extra ?? {};
    expect(id?.[0]).to.match(/^JTI=[0-9a-f-]{36}$/);
    expect({ ...user, extra }).to.deep.equal({
      name: 'system:serviceaccount:shop:web',
      groups: ['system:serviceaccounts', 'system:serviceaccounts:shop'],
      uid: 'account-1',
      extra: {
        'authentication.kubernetes.io/node-name': ['here'],
        'authentication.kubernetes.io/node-uid': ['node-1'],
        'authentication.kubernetes.io/pod-name': ['web-0'],
        'authentication.kubernetes.io/pod-uid': ['pod-1'],
      },
    });
  });

  it('has the claims that Kubernetes gives it', () => {
    const { jti, ...claims } = claimsOf(issue(POD));
    const now = Math.floor(clock.now() / 1000);
    expect(jti).to.be.a('string');
    expect(claims).to.deep.equal({
      aud: [ISSUER],
      exp: now + 600,
      iat: now,
      iss: ISSUER,
      'kubernetes.io': {
        namespace: 'shop',
        node: { name: 'here', uid: 'node-1' },
        pod: { name: 'web-0', uid: 'pod-1' },
        serviceaccount: { name: 'web', uid: 'account-1' },
      },
      nbf: now,
      sub: 'system:serviceaccount:shop:web',
    });
  });

  it('that has expired is refused, once clocks that differ by a minute agree', async () => {
    const token = issue(WEB, 600);
    await clock.advance(600_000 + 59_000);
    expect((await answer(token))?.type).to.equal('user');
    await clock.advance(3_000);
    expect(await refusal(token)).to.equal('service account token has expired');
  });

  it('of a clock that is two minutes ahead is not valid yet', async () => {
    await clock.advance(120_000);
    const token = issue();
    clock = new FakeClock();
    expect(await refusal(token)).to.equal('service account token is not valid yet');
  });

  it('without an end is refused', async () => {
    const { exp: _, ...endless } = claimsOf(issue());
    const token = signedWith(endless, openSigningKeys(dir).signing);
    expect(await refusal(token)).to.match(/could not be validated/);
  });

  it('of a deleted account is refused, and of another one of the same name', async () => {
    const token = issue();
    put('serviceaccounts/shop/web', 'account-2');
    expect(await refusal(token)).to.equal('service account UID (account-2) does not match claim (account-1)');
    objects.delete('serviceaccounts/shop/web');
    expect(await refusal(token)).to.equal('serviceaccounts "web" not found');
  });

  for (const [what, key, subject, kind] of [
    ['pod', 'pods/shop/web-0', POD, 'Pod'],
    ['secret', 'secrets/shop/web-token', SECRET, 'Secret'],
    ['node', 'nodes//here', NODE, 'Node'],
  ] as const) {
    it(`of a deleted ${what} is refused, and of another one of the same name`, async () => {
      const token = issue(subject);
      expect((await answer(token))?.type).to.equal('user');
      put(key, 'other');
      expect(await refusal(token)).to.equal(
        `${kind} UID (other) does not match service account ${what} ref claim (${what}-1)`,
      );
      objects.delete(key);
      expect(await refusal(token)).to.equal('service account token has been invalidated');
    });
  }

  it('of a pod that is shutting down goes on for a minute after its grace period', async () => {
    const token = issue(POD);
    put('pods/shop/web-0', 'pod-1', new Date(clock.now()).toISOString());
    await clock.advance(59_000);
    expect((await answer(token))?.type).to.equal('user');
    await clock.advance(2_000);
    expect(await refusal(token)).to.equal('service account token has been invalidated');
  });

  it('outlives the node of its pod', async () => {
    const token = issue(POD);
    objects.delete('nodes//here');
    expect((await answer(token))?.type).to.equal('user');
  });

  it('of another issuer is nobody of ours', async () => {
    const token = signedWith({ ...claimsOf(issue()), iss: 'https://else' }, openSigningKeys(dir).signing);
    expect(await answer(token)).to.equal(undefined);
    expect(await answer('no.token')).to.equal(undefined);
    expect(await answer('a.b.c')).to.equal(undefined);
  });

  describe('that is forged', () => {
    const WRONG = 'the signature of the service account token is wrong';
    const base64 = (value: object | string) =>
      Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

    it('by another key is refused, with a key id of its own or a borrowed one', async () => {
      const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const claims = claimsOf(issue());
      const { id } = openSigningKeys(dir).signing;
      expect(await refusal(signedWith(claims, { id: 'mine', key: privateKey }))).to.equal(
        'no key of this server has signed the service account token',
      );
      expect(await refusal(signedWith(claims, { id, key: privateKey }))).to.equal(WRONG);
    });

    it('with other claims under a true signature is refused', async () => {
      const [head, , signature] = issue().split('.');
      const claims = { ...claimsOf(issue()), exp: 9_999_999_999 };
      expect(await refusal(`${head}.${base64(claims)}.${signature}`)).to.equal(WRONG);
    });

    it('without any signature (alg none) is refused', async () => {
      const { id } = openSigningKeys(dir).signing;
      for (const alg of ['none', 'None', '', undefined]) {
        const token = `${base64({ alg, kid: id })}.${base64(claimsOf(issue()))}.`;
        expect(await refusal(token)).to.equal(WRONG);
      }
    });

    it('by an HMAC with the public key as its secret (HS256 for ES256) is refused', async () => {
      const { id } = openSigningKeys(dir).signing;
      const pem = readFileSync(join(dir, 'sa-keys', `${id}.pub`));
      for (const alg of ['HS256', 'ES256', 'RS256']) {
        const signed = `${base64({ alg, kid: id })}.${base64(claimsOf(issue()))}`;
        const mac = createHmac('sha256', pem).update(signed).digest('base64url');
        expect(await refusal(`${signed}.${mac}`)).to.equal(WRONG);
      }
    });

    it('is not believed by a key of another kind', () => {
      const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
      const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const jwt = readJwt(signJwt({}, { id: 'x', key: p256.privateKey }));
      expect(jwt && isSignedBy(jwt, p256.publicKey)).to.equal(true);
      expect(jwt && isSignedBy(jwt, publicKey)).to.equal(false);
      expect(jwt && isSignedBy(jwt, generateKeyPairSync('ed25519').publicKey)).to.equal(false);
      expect(privateKey.type).to.equal('private');
    });
  });

  describe('and its keys', () => {
    it('are kept, private and public, for their owner alone', () => {
      const { id } = openSigningKeys(dir).signing;
      expect(openSigningKeys(dir).signing.id).to.equal(id);
      for (const file of ['sa.key', `sa-keys/${id}.pub`])
        expect(statSync(join(dir, file)).mode & 0o777).to.equal(0o600);
    });

    it('may be rotated: tokens of the old one hold until its public key is removed', async () => {
      const token = issue();
      const { id } = openSigningKeys(dir).signing;
      rmSync(join(dir, 'sa.key'));
      expect(openSigningKeys(dir).signing.id).not.to.equal(id);
      expect(readdirSync(join(dir, 'sa-keys'))).to.have.length(2);
      expect((await answer(token))?.type).to.equal('user');
      expect((await answer(issue()))?.type).to.equal('user');
      rmSync(join(dir, 'sa-keys', `${id}.pub`));
      expect(await refusal(token)).to.equal('no key of this server has signed the service account token');
    });

    it('are published without their private half', () => {
      const { keySet } = open();
      const key = createPrivateKey(readFileSync(join(dir, 'sa.key')));
      expect(keySet.keys).to.have.length(1);
      expect(JSON.stringify(keySet)).not.to.contain(String(key.export({ format: 'jwk' }).d));
      expect(JSON.stringify(keySet)).to.contain('"alg":"ES256"');
    });

    it('that cannot be read are a problem with a remedy', () => {
      const { id } = openSigningKeys(dir).signing;
      rmSync(join(dir, 'sa-keys', `${id}.pub`));
      rmSync(join(dir, 'sa.key'));
      const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
      writeKey(privateKey);
      expect(() => openSigningKeys(dir)).to.throw(
        /sa\.key.* cannot be used: it is not a key of the curve P-256/,
      );
    });

    function writeKey(key: KeyObject): void {
      writeFileSync(join(dir, 'sa.key'), key.export({ type: 'pkcs8', format: 'pem' }));
    }
  });
});

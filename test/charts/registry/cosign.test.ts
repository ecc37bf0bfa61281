import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { expect } from 'chai';
import { RegistryClient } from '../../../src/charts/registry/client.ts';
import { readVerifyKey, verifySignature } from '../../../src/charts/registry/cosign.ts';
import { openSession } from '../../../src/charts/registry/session.ts';
import { type Digest, digestOf } from '../../../src/charts/web/digest.ts';
import { answer, type FakeWeb, fakeWeb, refusal } from '../../fakes/chartservers.ts';

const MANIFEST = `sha256:${'ab'.repeat(32)}` as Digest;
const OTHER = `sha256:${'cd'.repeat(32)}` as Digest;
const reference = { host: 'r.example.com', repository: 'charts/web' };
const KEYS = {
  'ECDSA P-256': () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' }),
  Ed25519: () => generateKeyPairSync('ed25519'),
};

const payloadOf = (digest: Digest, type = 'cosign container image signature') =>
  Buffer.from(
    JSON.stringify({
      critical: { identity: { 'docker-reference': '' }, image: { 'docker-manifest-digest': digest }, type },
      optional: null,
    }),
  );

/** A registry with one signature of the manifest, or with what a test makes of it. */
function signedBy(key: KeyObject, payload = payloadOf(MANIFEST)): FakeWeb {
  const signature = sign(key.asymmetricKeyType === 'ed25519' ? null : 'sha256', payload, key).toString(
    'base64',
  );
  const descriptor = { digest: digestOf(payload), size: payload.length };
  const manifest = {
    schemaVersion: 2,
    config: { ...descriptor, mediaType: 'application/vnd.oci.image.config.v1+json' },
    layers: [
      {
        ...descriptor,
        mediaType: 'application/vnd.dev.cosign.simplesigning.v1+json',
        annotations: { 'dev.cosignproject.cosign/signature': signature },
      },
    ],
  };
  const at = 'GET https://r.example.com/v2/charts/web';
  return fakeWeb({
    [`${at}/manifests/sha256-${'ab'.repeat(32)}.sig`]: answer(200, JSON.stringify(manifest)),
    [`${at}/blobs/${digestOf(payload)}`]: answer(200, payload),
  });
}

const verify = (web: FakeWeb, key: KeyObject): Promise<void> => {
  const session = openSession('r.example.com', {
    ask: web.ask,
    loginFor: async () => undefined,
    plainHttp: false,
  });
  return verifySignature(new RegistryClient(session), reference, MANIFEST, key);
};

describe('a chart that must be signed', () => {
  for (const [name, generate] of Object.entries(KEYS)) {
    it(`is taken with the signature of its key (${name})`, async () => {
      const { privateKey, publicKey } = generate();
      const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
      await verify(signedBy(privateKey), readVerifyKey(pem, 'cosign.pub'));
    });

    it(`is refused with the signature of another key (${name})`, async () => {
      expect(await refusal(verify(signedBy(generate().privateKey), generate().publicKey))).to.match(
        /^SignatureWrong: .* is signed, but not by this key → Nothing was written/,
      );
    });
  }

  const { privateKey, publicKey } = KEYS['ECDSA P-256']();
  it('is refused without a signature', async () => {
    expect(await refusal(verify(fakeWeb(), publicKey))).to.match(/^SignatureMissing/);
  });

  it('is refused with the signature of another chart, and with one that signs something else', async () => {
    for (const payload of [payloadOf(OTHER), payloadOf(MANIFEST, 'attestation'), Buffer.from('not JSON')])
      expect(await refusal(verify(signedBy(privateKey, payload), publicKey))).to.match(/^SignatureWrong/);
  });

  it('is refused with a payload that was changed after it was signed', async () => {
    const web = signedBy(privateKey, payloadOf(OTHER));
    const [manifestKey = ''] = Object.keys(web.answers);
    const changed = payloadOf(MANIFEST);
    const before = web.answers[manifestKey] as ReturnType<typeof answer>;
    const text = before.body.toString().replaceAll(digestOf(payloadOf(OTHER)), digestOf(changed));
    web.answers[manifestKey] = answer(200, text);
    web.answers[`GET https://r.example.com/v2/charts/web/blobs/${digestOf(changed)}`] = answer(200, changed);
    expect(await refusal(verify(web, publicKey))).to.match(/^SignatureWrong/);
  });

  it('is not verified by a private key, a key of another kind, or what is none', async () => {
    const pem = (key: KeyObject, type: 'pkcs8' | 'spki'): string =>
      key.export({ type, format: 'pem' }).toString();
    const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey;
    for (const [text, said] of [
      [pem(privateKey, 'pkcs8'), 'holds a private key'],
      [pem(rsa, 'spki'), 'neither ECDSA P-256 nor Ed25519'],
      ['hunter2', 'holds no public key'],
    ] as const)
      expect(await refusal((async () => readVerifyKey(text, 'cosign.pub'))()))
        .to.contain(said)
        .and.not.contain('hunter2');
  });
});

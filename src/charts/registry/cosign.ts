import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { ProblemError } from '../../base/errors.ts';
import type { Digest } from '../web/digest.ts';
import type { RegistryClient } from './client.ts';
import { type Descriptor, readManifest } from './manifest.ts';
import { type Reference, referenceText } from './reference.ts';

/** cosign's SIGNATURE_SPEC.md: a signature is a layer of a manifest beside the chart's, its payload what was signed. */
const PAYLOAD = 'application/vnd.dev.cosign.simplesigning.v1+json';
const SIGNATURE = 'dev.cosignproject.cosign/signature';
const TYPES: readonly unknown[] = ['cosign container image signature', 'atomic container signature'];
const PAYLOAD_BYTES = 64 * 1024;

/** A public key of cosign, PEM: ECDSA P-256, which `cosign generate-key-pair` makes, or Ed25519. @throws ProblemError */
export function readVerifyKey(pem: string, file: string): KeyObject {
  const refuse = (message: string): ProblemError =>
    new ProblemError({
      reason: 'InvalidKey',
      message,
      place: { file },
      remedy: 'Name the public half of a key: cosign.pub.',
    });
  if (/PRIVATE KEY/.test(pem)) throw refuse('The file holds a private key, which nobody needs who verifies');
  let key: KeyObject;
  try {
    key = createPublicKey(pem);
  } catch {
    throw refuse('The file holds no public key (PEM)');
  }
  const isKnown =
    key.asymmetricKeyType === 'ed25519' || key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
  if (!isKnown) throw refuse('The key is neither ECDSA P-256 nor Ed25519');
  return key;
}

/**
 * Whether somebody with the private half of the key has signed this manifest. One valid signature is enough; whose else there are does not matter.
 * @throws ProblemError SignatureMissing, SignatureWrong
 */
export async function verifySignature(
  client: RegistryClient,
  reference: Reference,
  manifest: Digest,
  key: KeyObject,
): Promise<void> {
  const { host, repository } = reference;
  const found = await client.manifest({ host, repository, tag: `${manifest.replace(':', '-')}.sig` });
  const what = referenceText({ host, repository, digest: manifest });
  if (!found) throw unsigned('SignatureMissing', `${what} is not signed`);
  const { layers } = readManifest(found.bytes, `The signature of ${what}`);
  for (const layer of layers.filter(({ mediaType }) => mediaType === PAYLOAD)) {
    const payload = await client.blob(reference, layer, PAYLOAD_BYTES);
    if (isSigned(payload, layer, key) && digestIn(payload) === manifest) return;
  }
  throw unsigned('SignatureWrong', `${what} is signed, but not by this key`);
}

function isSigned(payload: Buffer, { annotations }: Descriptor, key: KeyObject): boolean {
  const signature = Buffer.from(annotations?.[SIGNATURE] ?? '', 'base64');
  return verify(key.asymmetricKeyType === 'ed25519' ? null : 'sha256', payload, key, signature);
}

/** What a payload says that was signed: without this, the signature of one chart would do for every other. */
function digestIn(payload: Buffer): unknown {
  try {
    const { critical } = JSON.parse(payload.toString('utf8')) as {
      critical?: { type?: unknown; image?: Record<string, unknown> };
    };
    return TYPES.includes(critical?.type) ? critical?.image?.['docker-manifest-digest'] : undefined;
  } catch {
    return undefined;
  }
}

const unsigned = (reason: string, message: string): ProblemError =>
  new ProblemError({
    reason,
    message,
    remedy:
      'Nothing was written. Its publisher signs by cosign sign --key KEY REFERENCE@DIGEST, as a tag (--new-bundle-format=false).',
  });

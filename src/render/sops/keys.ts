import { failed, ok, type Problem, type Result } from '../../base/errors.ts';
import type { AgeKey, SopsMetadata } from './metadata.ts';
import { type DataKeys, messageDigest } from './pgp.ts';

/** Of many files that take long to load: with the first sealed file. */
const loadAge = () => import('age-encryption');

/** age identities: `AGE-SECRET-KEY-1…`, the private keys that files may be sealed for. */
export type Identities = readonly string[];

/** The key of a file's values, opened by the first identity that can; `opened`: keys of messages that gpg has opened outside. */
export async function dataKey(
  { age, pgp, others }: SopsMetadata,
  file: string,
  identities: Identities,
  opened: DataKeys = {},
): Promise<Result<Uint8Array>> {
  for (const { enc } of age) {
    const opened = await unwrap(enc, identities);
    if (opened) return ok(opened);
  }
  for (const { enc } of pgp) {
    const key = opened[messageDigest(enc)];
    if (key !== undefined) return ok(Buffer.from(key, 'base64'));
  }
  return failed(noKey(file, { age, pgp, others }));
}

async function unwrap(enc: string, identities: Identities): Promise<Uint8Array | undefined> {
  const { armor, Decrypter } = await loadAge();
  const decrypter = new Decrypter();
  for (const identity of identities) decrypter.addIdentity(identity);
  try {
    return await decrypter.decrypt(armor.decode(enc));
  } catch {
    // Sealed for somebody else, or damaged: another key of the file may serve.
    return undefined;
  }
}

function noKey(file: string, { age, pgp, others }: Pick<SopsMetadata, 'age' | 'pgp' | 'others'>): Problem {
  const recipients = [
    ...age.map(({ recipient }) => recipient),
    ...pgp.map(({ fingerprint }) => `the OpenPGP key ${fingerprint}`),
  ];
  const sealedFor = [...recipients, ...others.map((kind) => `${kind} (not supported)`)];
  return {
    reason: 'SopsKeyMissing',
    message: 'No private key that is here opens this file',
    place: { file },
    details: sealedFor.map((name) => `sealed for ${name}`),
    remedy:
      'Seal it for the key that pilotage secrets init has written to .sops.yaml as well: sops updatekeys FILE, or pilotage secrets rotate FILE.',
  };
}

/** Seals a data key for each recipient (`age1…`). */
export async function sealKey(key: Uint8Array, recipients: readonly string[]): Promise<AgeKey[]> {
  const { armor, Encrypter } = await loadAge();
  return await Promise.all(
    recipients.map(async (recipient) => {
      const encrypter = new Encrypter();
      encrypter.addRecipient(recipient);
      return { recipient, enc: armor.encode(await encrypter.encrypt(key)) };
    }),
  );
}

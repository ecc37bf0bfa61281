import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { ProblemError } from '../../base/errors.ts';

/**
 * A sealed file: a mark, a nonce, the content under AES-256-GCM, the tag. It is bound to its path in its backup, so that none can stand in for
 * another. Each backup has a key of its own, derived from that of the data directory (HKDF, RFC 5869) with the salt in its manifest.
 */
const MARK = Buffer.from('pilotage:sealed:1\n');
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
export const KEY_BYTES = 32;

/** What seals the files of one backup. */
export const fileKey = (key: Buffer, salt: Buffer): Buffer =>
  Buffer.from(hkdfSync('sha256', key, salt, 'pilotage backup', KEY_BYTES));

export async function* seal(
  source: AsyncIterable<Buffer>,
  key: Buffer,
  path: string,
): AsyncGenerator<Buffer, void> {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(path));
  yield Buffer.concat([MARK, nonce]);
  for await (const chunk of source) yield cipher.update(chunk);
  yield cipher.final();
  yield cipher.getAuthTag();
}

/** What comes out before the end is not known to be whole: keep none of it where this rejects. @throws ProblemError BackupDamaged */
export async function* unseal(
  source: AsyncIterable<Buffer>,
  key: Buffer,
  path: string,
): AsyncGenerator<Buffer, void> {
  const head = MARK.length + NONCE_BYTES;
  let held: Buffer = Buffer.alloc(0);
  let decipher: ReturnType<typeof decipherOf> | undefined;
  for await (const chunk of source) {
    held = Buffer.concat([held, chunk]);
    if (decipher === undefined && held.length >= head) {
      if (!held.subarray(0, MARK.length).equals(MARK)) throw damaged(path);
      decipher = decipherOf(key, held.subarray(MARK.length, head), path);
      held = held.subarray(head);
    }
    // The last bytes are the tag, as soon as it is known which are the last.
    if (decipher === undefined || held.length <= TAG_BYTES) continue;
    yield decipher.update(held.subarray(0, held.length - TAG_BYTES));
    held = held.subarray(held.length - TAG_BYTES);
  }
  if (decipher === undefined || held.length < TAG_BYTES) throw damaged(path);
  try {
    yield decipher.setAuthTag(held).final();
  } catch (error) {
    throw damaged(path, error);
  }
}

const decipherOf = (key: Buffer, nonce: Buffer, path: string) =>
  createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(path));

const damaged = (path: string, cause?: unknown): ProblemError =>
  new ProblemError(
    {
      reason: 'BackupDamaged',
      message: `${path} of the backup was not sealed with this key as it is.`,
      remedy: 'Restore from another backup.',
    },
    { cause },
  );

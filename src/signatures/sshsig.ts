import { createHash, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { sshBlobOf, verifySsh } from './sshkey.ts';
import { string, uint32, WireReader } from './wire.ts';

/** Signatures of messages by keys of SSH: https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.sshsig */

const MAGIC = Buffer.from('SSHSIG');
export const SSH_BEGIN = '-----BEGIN SSH SIGNATURE-----';
const SSH_END = '-----END SSH SIGNATURE-----';
/** What git signs for. */
export const GIT_NAMESPACE = 'git';
const HASHES: readonly string[] = ['sha256', 'sha512'];

export interface SshSignature {
  /** The public key as SSH writes it. It is whoever signed who names it. */
  readonly key: Buffer;
  readonly namespace: string;
  readonly hash: string;
  readonly signature: Buffer;
}

/** undefined: it is not such a signature. */
export function parseSshSignature(armored: string): SshSignature | undefined {
  const lines = armored.trim().split(/\r?\n/);
  if (lines[0] !== SSH_BEGIN || lines.at(-1) !== SSH_END) return undefined;
  const text = lines.slice(1, -1).join('');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined;
  try {
    const reader = new WireReader(Buffer.from(text, 'base64'));
    if (!reader.take(MAGIC.length).equals(MAGIC) || reader.uint32() !== 1) return undefined;
    const key = reader.string();
    const namespace = reader.text();
    reader.string();
    const hash = reader.text();
    const signature = reader.string();
    reader.end();
    return HASHES.includes(hash) ? { key, namespace, hash, signature } : undefined;
  } catch {
    return undefined;
  }
}

/** Whether it signs these bytes for git by the key that it names. Whose that key is, is another question. */
export const isSignatureOf = ({ key, namespace, hash, signature }: SshSignature, message: Buffer): boolean =>
  namespace === GIT_NAMESPACE && verifySsh(key, signature, toBeSigned(namespace, hash, message));

const toBeSigned = (namespace: string, hash: string, message: Buffer): Buffer =>
  Buffer.concat([
    MAGIC,
    ...[namespace, '', hash].map(string),
    string(createHash(hash).update(message).digest()),
  ]);

/** Signs bytes for git by a private key of Ed25519. */
export function signForGit(privateKey: KeyObject, message: Buffer): string {
  const blob = sshBlobOf(createPublicKey(privateKey));
  const signature = sign(null, toBeSigned(GIT_NAMESPACE, 'sha512', message), privateKey);
  const bytes = Buffer.concat([
    MAGIC,
    uint32(1),
    ...[blob, Buffer.from(GIT_NAMESPACE), Buffer.alloc(0), Buffer.from('sha512')].map(string),
    string(Buffer.concat([string('ssh-ed25519'), string(signature)])),
  ]);
  const lines = bytes.toString('base64').match(/.{1,70}/g) ?? [];
  return [SSH_BEGIN, ...lines, SSH_END].join('\n');
}

import { generateKeyPairSync, randomBytes } from 'node:crypto';

export interface DeployKey {
  /** Text of a file as `ssh-keygen` writes it, without a passphrase. */
  readonly privateKey: string;
  /** One line: what is pasted at the forge. */
  readonly publicKey: string;
}

/** A pair of ed25519 keys in OpenSSH's own format (PROTOCOL.key of openssh-portable), the only one in which `ssh` reads this kind. */
export function generateDeployKey(comment: string): DeployKey {
  const { privateKey } = generateKeyPairSync('ed25519');
  const { d = '', x = '' } = privateKey.export({ format: 'jwk' });
  const [seed, point] = [Buffer.from(d, 'base64url'), Buffer.from(x, 'base64url')];
  const publicBlob = Buffer.concat([text('ssh-ed25519'), text(point)]);
  // The same number twice: whoever decrypts with a wrong passphrase sees two that differ.
  const check = randomBytes(4);
  const pair = [text('ssh-ed25519'), text(point), text(Buffer.concat([seed, point])), text(comment)];
  const open = Buffer.concat([check, check, ...pair]);
  const padding = Buffer.from(Array.from({ length: (8 - (open.length % 8)) % 8 }, (_, index) => index + 1));
  const blob = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    ...[text('none'), text('none'), text('')],
    Buffer.from([0, 0, 0, 1]),
    ...[text(publicBlob), text(Buffer.concat([open, padding]))],
  ]);
  const lines = blob.toString('base64').match(/.{1,70}/g) ?? [];
  return {
    privateKey: `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines.join('\n')}\n-----END OPENSSH PRIVATE KEY-----\n`,
    publicKey: `ssh-ed25519 ${publicBlob.toString('base64')} ${comment}`,
  };
}

/** RFC 4251, "string": its length in four bytes, and its bytes. */
function text(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { string, WireReader } from './wire.ts';

const CURVES: Readonly<
  Record<string, { readonly crv: string; readonly bytes: number; readonly hash: string }>
> = {
  'ecdsa-sha2-nistp256': { crv: 'P-256', bytes: 32, hash: 'sha256' },
  'ecdsa-sha2-nistp384': { crv: 'P-384', bytes: 48, hash: 'sha384' },
  'ecdsa-sha2-nistp521': { crv: 'P-521', bytes: 66, hash: 'sha512' },
};
const RSA_HASHES: Readonly<Record<string, string>> = { 'rsa-sha2-256': 'sha256', 'rsa-sha2-512': 'sha512' };
const LEAST_RSA_BITS = 2048;

export const SSH_KEY_TYPES: readonly string[] = ['ssh-ed25519', ...Object.keys(CURVES), 'ssh-rsa'];

/** Why a key of this type is not used; undefined: it is. */
export function unsupportedType(type: string): string | undefined {
  if (SSH_KEY_TYPES.includes(type)) return undefined;
  if (/-cert-v\d+@openssh\.com$/.test(type)) return 'certificates of SSH are not supported yet';
  if (type.startsWith('sk-')) return 'keys of security keys (FIDO) are not supported yet';
  return `"${type.slice(0, 60)}" is not a type of key that is supported (${SSH_KEY_TYPES.join(', ')})`;
}

/** A public key as SSH writes it (RFC 4253, 5656, 8709). @throws Error where it is not one that is supported */
export function publicKeyOf(blob: Buffer): { readonly type: string; readonly key: KeyObject } {
  const reader = new WireReader(blob);
  const type = reader.text();
  const unsupported = unsupportedType(type);
  if (unsupported) throw new Error(unsupported);
  const jwk =
    type === 'ssh-ed25519' ? edwards(reader) : type === 'ssh-rsa' ? rsa(reader) : curve(type, reader);
  reader.end();
  return { type, key: createPublicKey({ key: jwk, format: 'jwk' }) };
}

const base64url = (bytes: Buffer): string => bytes.toString('base64url');

const edwards = (reader: WireReader) => ({
  kty: 'OKP',
  crv: 'Ed25519',
  x: base64url(exactly(reader.string(), 32)),
});

function rsa(reader: WireReader) {
  const [e, n] = [unsigned(reader.string()), unsigned(reader.string())];
  if (n.length * 8 < LEAST_RSA_BITS) throw new Error(`a key of RSA needs ${LEAST_RSA_BITS} bits at least`);
  return { kty: 'RSA', e: base64url(e), n: base64url(n) };
}

function curve(type: string, reader: WireReader) {
  const { crv, bytes } = CURVES[type] ?? { crv: '', bytes: 0 };
  if (`ecdsa-sha2-${reader.text()}` !== type) throw new Error('the curve is not that of the type');
  // Uncompressed, as SSH has points always.
  const point = exactly(reader.string(), 1 + 2 * bytes);
  if (point[0] !== 4) throw new Error('the point is not written as SSH writes points');
  return {
    kty: 'EC',
    crv,
    x: base64url(point.subarray(1, 1 + bytes)),
    y: base64url(point.subarray(1 + bytes)),
  };
}

/** Whether `signature`, as SSH writes signatures, is one of `message` by the key. SHA-1 (`ssh-rsa`) signs nothing here. */
export function verifySsh(blob: Buffer, signature: Buffer, message: Buffer): boolean {
  try {
    const { type, key } = publicKeyOf(blob);
    const reader = new WireReader(signature);
    const [algorithm, bytes] = [reader.text(), reader.string()];
    reader.end();
    if (type === 'ssh-rsa') {
      const hash = RSA_HASHES[algorithm];
      return hash !== undefined && verify(hash, message, key, bytes);
    }
    if (algorithm !== type) return false;
    if (type === 'ssh-ed25519') return bytes.length === 64 && verify(null, message, key, bytes);
    const { bytes: size = 0, hash = '' } = CURVES[type] ?? {};
    return verify(hash, message, { key, dsaEncoding: 'ieee-p1363' }, scalars(bytes, size));
  } catch {
    return false;
  }
}

function scalars(bytes: Buffer, size: number): Buffer {
  const reader = new WireReader(bytes);
  const [r, s] = [reader.string(), reader.string()];
  reader.end();
  return Buffer.concat([r, s].map((one) => padded(unsigned(one), size)));
}

/** A positive number, without the zero that keeps its sign (RFC 4251, mpint). */
function unsigned(bytes: Buffer): Buffer {
  let at = 0;
  while (at < bytes.length - 1 && bytes[at] === 0) at += 1;
  return bytes.subarray(at);
}

function padded(bytes: Buffer, size: number): Buffer {
  if (bytes.length > size) throw new RangeError('a number of the signature is too large');
  return Buffer.concat([Buffer.alloc(size - bytes.length), bytes]);
}

function exactly(bytes: Buffer, length: number): Buffer {
  if (bytes.length !== length) throw new RangeError(`${length} bytes were expected`);
  return bytes;
}

/** A public key of Ed25519 as SSH writes it. */
export function sshBlobOf(key: KeyObject): Buffer {
  const { x = '' } = key.export({ format: 'jwk' });
  return Buffer.concat([string('ssh-ed25519'), string(Buffer.from(x, 'base64url'))]);
}

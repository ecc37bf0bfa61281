import { createCipheriv, createDecipheriv } from 'node:crypto';

/** What SOPS can seal. Text that is empty, and null, stay as they are. */
export type Plain = string | number | bigint | boolean;

const SEALED = /^ENC\[AES256_GCM,data:([^,]+),iv:([^,]+),tag:([^,]+),type:([a-z]+)\]$/;
/** Bytes; SOPS uses more than the twelve that others do. */
const NONCE = 32;

export const isSealed = (text: string): boolean => SEALED.test(text);

/** SOPS writes a comment inside a list as an item of its own, which is no value. */
export const isComment = (sealed: string): boolean => sealed.endsWith(',type:comment]');

/**
 * The value in `ENC[AES256_GCM,…]`, undefined where the key, the place or the text is another than what it was sealed with. `path` binds
 * a value to its place: the keys around it, each with a colon after it (sops/aes).
 */
export function openValue(sealed: string, key: Uint8Array, path: string): Plain | undefined {
  const [, data = '', iv = '', tag = '', type = ''] = SEALED.exec(sealed) ?? [];
  try {
    const cipher = createDecipheriv('aes-256-gcm', key, Buffer.from(iv, 'base64'), { authTagLength: 16 });
    cipher.setAAD(Buffer.from(path)).setAuthTag(Buffer.from(tag, 'base64'));
    const bytes = Buffer.concat([cipher.update(Buffer.from(data, 'base64')), cipher.final()]);
    return typedValue(bytes.toString('utf8'), type);
  } catch {
    return undefined;
  }
}

function typedValue(text: string, type: string): Plain | undefined {
  switch (type) {
    case 'int':
      return BigInt(text);
    case 'float':
      return /^[-+]Inf$/.test(text) ? Number(`${text}inity`) : Number(text);
    case 'bool':
      return /^(?:1|t|T|TRUE|true|True)$/.test(text);
    case 'str':
    case 'bytes':
    case 'time':
    case 'comment':
      return text;
    default:
      return undefined;
  }
}

const typeOf = (value: Plain): string =>
  typeof value === 'string'
    ? 'str'
    : typeof value === 'boolean'
      ? 'bool'
      : typeof value === 'bigint'
        ? 'int'
        : 'float';

export function sealValue(
  value: Plain,
  key: Uint8Array,
  { path, random }: { readonly path: string; readonly random: (size: number) => Uint8Array },
): string {
  if (value === '') return '';
  const iv = random(NONCE);
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: 16 });
  cipher.setAAD(Buffer.from(path));
  const data = Buffer.concat([cipher.update(bytesOf(value)), cipher.final()]);
  const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
  return `ENC[AES256_GCM,data:${base64(data)},iv:${base64(iv)},tag:${base64(cipher.getAuthTag())},type:${typeOf(value)}]`;
}

/** What a value contributes to the message authentication code, and what is sealed of it (`ToBytes` of sops.go). */
export function bytesOf(value: Plain): Buffer {
  if (typeof value === 'boolean') return Buffer.from(value ? 'True' : 'False');
  return Buffer.from(typeof value === 'number' ? decimal(value) : String(value));
}

/** The shortest digits that name the number, without an exponent (FormatFloat of Go). */
function decimal(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (Object.is(value, -0)) return '-0';
  const [, sign = '', whole = '', fraction = '', exponent] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e([-+]\d+))?$/.exec(String(value)) ?? [];
  if (exponent === undefined) return String(value);
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  return sign + digits.padEnd(point, '0');
}

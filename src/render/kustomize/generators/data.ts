import { isUtf8 } from 'node:buffer';

const LINE = 70;

/** Base64 as kustomize writes it: more than 70 characters come in lines (kyaml `yaml/datamap.go`). */
export function encodeBase64(bytes: Uint8Array): string {
  const encoded = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
  if (encoded.length < LINE) return encoded;
  const lines = encoded.match(new RegExp(`.{1,${LINE}}`, 'g')) ?? [];
  return lines.map((line) => `${line}\n`).join('');
}

export const isText = (bytes: Uint8Array): boolean => isUtf8(bytes);

import type { JsonObject } from '../../../kube/values/types.ts';
import { shaped, some } from './shape.ts';

/** A ConfigMap or Secret has at most a mebibyte, with the names of its keys and its metadata. */
export const MOST_BYTES = 1_000_000;

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text of bytes; undefined where they are not UTF-8 or have a NUL. */
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    const text = UTF8.decode(bytes);
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}

/** The members of a ConfigMap: texts, and what is no text. */
export function configData(files: readonly (readonly [key: string, bytes: Uint8Array])[]): JsonObject {
  const texts: [string, string][] = [];
  const binaries: [string, string][] = [];
  for (const [key, bytes] of files) {
    const text = textOf(bytes);
    if (text === undefined) binaries.push([key, base64(bytes)]);
    else texts.push([key, text]);
  }
  return shaped({ data: some(Object.fromEntries(texts)), binaryData: some(Object.fromEntries(binaries)) });
}

export const base64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');

/** A key of a ConfigMap for a path below its folder. */
export const keyOfPath = (path: string): string =>
  path.replaceAll('/', '__').replace(/[^-._a-zA-Z0-9]/g, '-');

/** The keys of paths in their order, no two of them alike. */
export function keysOfPaths(paths: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return paths.map((path) => {
    const key = keyOfPath(path);
    let own = key;
    for (let i = 2; taken.has(own); i++) own = `${key}-${i}`;
    taken.add(own);
    return own;
  });
}

/** Trees have no modes: what begins as a script does is run. */
export const isScript = (bytes: Uint8Array): boolean => bytes[0] === 0x23 && bytes[1] === 0x21;

import { createHash } from 'node:crypto';

/** A key by which a server proves that it is the one that is meant. */
export interface HostKey {
  /** `ssh-ed25519` */
  readonly type: string;
  /** Base64, as known_hosts(5) has it. */
  readonly key: string;
}

/**
 * What hosts say of their own keys, on pages that are read over https:
 * https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/githubs-ssh-key-fingerprints
 */
const PUBLISHED: Readonly<Record<string, readonly string[]>> = {
  'github.com': [
    'SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU',
    'SHA256:p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM',
    'SHA256:uNiVztksCsDhcc0u9e8BujQXVUpKZIDTMczCvj3tD2s',
  ],
};

export const publishedFingerprints = (host: string): readonly string[] => PUBLISHED[host.toLowerCase()] ?? [];

/** As `ssh` prints it: `SHA256:` and base64 without padding. */
export const fingerprintOf = ({ key }: HostKey): string =>
  `SHA256:${createHash('sha256').update(Buffer.from(key, 'base64')).digest('base64').replace(/=+$/, '')}`;

/** Host and port as known_hosts(5) writes them. */
export const knownHostName = ({ host, port }: { readonly host: string; readonly port: number }): string =>
  port === 22 ? host : `[${host}]:${port}`;

const LINE = /^(?:\S+\s+)?((?:ssh|ecdsa|sk)-[\w@.-]+)\s+([A-Za-z0-9+/]{40,}={0,3})(?:\s.*)?$/;

/** Keys of lines as known_hosts, `ssh-keyscan` and files of public keys have them, whichever host they name; others are left out. */
export function readHostKeys(text: string): readonly HostKey[] {
  return text.split('\n').flatMap((line) => {
    const [, type, key] = LINE.exec(line.trim()) ?? [];
    return type && key && !line.startsWith('@') ? [{ type, key }] : [];
  });
}

/** A file of known_hosts(5) in which one host has these keys. */
export const knownHosts = (
  at: { readonly host: string; readonly port: number },
  keys: readonly HostKey[],
): string => keys.map(({ type, key }) => `${knownHostName(at)} ${type} ${key}\n`).join('');

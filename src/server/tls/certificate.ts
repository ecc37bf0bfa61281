import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { type Problem, ProblemError, problemOf } from '../../base/errors.ts';

/** PEM texts: a chain that begins with the server's own certificate, and the key of that one. */
export interface ServerCertificate {
  readonly cert: string;
  readonly key: string;
}

/** What a server presents. */
export interface Presented {
  readonly certificate: ServerCertificate;
  /** For who asks for `localhost`, where the other one is for names that lead here from elsewhere; absent: the same. */
  readonly local?: ServerCertificate;
}

export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** A certificate that a person gave. @throws ProblemError BadCertificate: it would let nobody in */
export async function readGivenCertificate(files: CertificateFiles, now: number): Promise<ServerCertificate> {
  const [cert, key] = [await textOf(files.certFile), await textOf(files.keyFile)];
  const leaf = parsed(files.certFile, 'certificate in PEM', () => new X509Certificate(cert));
  const privateKey = parsed(files.keyFile, 'private key in PEM without a passphrase', () =>
    createPrivateKey(key),
  );
  assertFits(files, leaf, privateKey, now);
  // OpenSSL has rules of its own, as to the size of keys and the rest of the chain.
  parsed(files.certFile, 'chain that TLS takes', () => createSecureContext({ cert, key }));
  return { cert, key };
}

const WEEK_MS = 7 * 86_400_000;

/** That a certificate should have been renewed by now: a week before it expires, or in the last quarter of a shorter life. */
export function endsSoon(certFile: string, cert: string, now: number): Problem | undefined {
  const { validFrom, validTo } = new X509Certificate(cert);
  const [from, to] = [Date.parse(validFrom), Date.parse(validTo)];
  if (to - now > Math.min(WEEK_MS, (to - from) / 4)) return undefined;
  return {
    reason: 'CertificateEndsSoon',
    message: `The certificate in ${certFile} expires on ${validTo}.`,
    remedy: 'Renew it in place: both files are read again within a minute.',
  };
}

function assertFits(
  { certFile, keyFile }: CertificateFiles,
  leaf: X509Certificate,
  key: KeyObject,
  now: number,
): void {
  if (!leaf.checkPrivateKey(key))
    throw bad(
      `${keyFile} is not the key of the first certificate in ${certFile}.`,
      'Give the two that belong together; in a chain the own certificate comes first.',
    );
  if (Date.parse(leaf.validTo) <= now)
    throw bad(`The certificate in ${certFile} expired on ${leaf.validTo}.`, 'Renew it.');
  if (Date.parse(leaf.validFrom) > now)
    throw bad(
      `The certificate in ${certFile} is not valid before ${leaf.validFrom}.`,
      'Set the clock of this machine, or give the certificate that is valid now.',
    );
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw bad(`${file} cannot be read: ${problemOf(error).message}`, 'See --http-cert and --http-key.');
  }
}

function parsed<T>(file: string, what: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw bad(`${file} holds no ${what}: ${problemOf(error).message}`, 'See --http-cert and --http-key.');
  }
}

const bad = (message: string, remedy: string): ProblemError =>
  new ProblemError({ reason: 'BadCertificate', message, remedy });

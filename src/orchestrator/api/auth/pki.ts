import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import type { ParsedCertificateRequest } from '../../../base/certificaterequest.ts';
import type { Clock } from '../../../base/clock.ts';
import { ProblemError } from '../../../base/errors.ts';
import { writeSecret } from '../../../base/secretfile.ts';
import { certificate, keyPem, newKey, type Subject } from './certificates.ts';
import type { CertificateUse } from './extensions.ts';

/** PEM texts. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

/** The cluster's own certificate authority. Everything it makes is kept, so that a restart changes nothing that clients hold. */
export interface Pki {
  /** Certificate of the authority, PEM. */
  readonly ca: string;
  readonly server: KeyPair;
  /**
   * Whom aggregated API servers believe who a user is. An authority of its own: who has a certificate of the cluster's may be anybody's user,
   * and never speak for others (kube-apiserver `--requestheader-client-ca-file`).
   */
  readonly frontProxy: { readonly ca: string; readonly client: KeyPair };
  /** The client certificate kept under `file`, made or renewed when needed. */
  client(file: string, subject: Subject): KeyPair;
  /** A certificate for what `request` asks, which its caller has judged, PEM. It never outlives the authority. Nothing of it is kept. */
  sign(request: ParsedCertificateRequest, terms: SigningTerms): string;
}

/** What a signer grants of a request. */
export interface SigningTerms {
  /** As a CertificateSigningRequest lists them. */
  readonly usages: readonly string[];
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  readonly notAfter: number;
}

export const ADMIN: Subject = { name: 'pilotage-admin', groups: ['system:masters'] };
/** As kubeadm calls it. */
export const FRONT_PROXY: Subject = { name: 'front-proxy-client' };
export const nodeSubject = (node: string): Subject => ({
  name: `system:node:${node}`,
  groups: ['system:nodes'],
});

const SERVER_NAMES = [
  'localhost',
  '127.0.0.1',
  '::1',
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
];

const DAY = 86_400_000;
const AUTHORITY_DAYS = 3650;
const LEAF_DAYS = 800;
/** What expires sooner than this is renewed when the server starts. */
const RENEWAL_DAYS = 30;

export interface PkiOptions {
  /** Made when absent; keys in it are readable by the owner only. */
  readonly dir: string;
  readonly clock: Clock;
  /** Further names and addresses that the API is reached by. */
  readonly names?: readonly string[];
}

export function openPki({ dir, clock, names = [] }: PkiOptions): Pki {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const authority = openAuthority(dir, clock, 'ca', { name: 'pilotage' });
  const frontProxy = openAuthority(dir, clock, 'front-proxy-ca', { name: 'front-proxy-ca' });
  const leaf = (issuer: Authority, file: string, subject: Subject, use: CertificateUse): KeyPair => {
    const kept = readPair(dir, file);
    if (isGood(kept, issuer, subject, use, clock)) return pairOf(kept);
    // A renewed certificate keeps its key: what was pinned stays pinned.
    const key = kept?.key ?? newKey();
    const cert = certificate({
      subject,
      key,
      issuer,
      ...validity(clock, LEAF_DAYS),
      use,
    });
    return writePair(dir, file, cert, key);
  };
  return {
    ca: authority.cert.toString(),
    server: leaf(
      authority,
      'server',
      { name: 'kubernetes' },
      { type: 'server', names: [...SERVER_NAMES, ...names] },
    ),
    frontProxy: {
      ca: frontProxy.cert.toString(),
      client: leaf(frontProxy, 'front-proxy-client', FRONT_PROXY, { type: 'client' }),
    },
    client: (file, subject) => leaf(authority, file, subject, { type: 'client' }),
    sign: (request, { usages, notBefore, notAfter }) =>
      certificate({
        subject: { name: request.commonName, groups: request.organizations },
        key: request.publicKey,
        issuer: authority,
        notBefore,
        notAfter: Math.min(notAfter, Date.parse(authority.cert.validTo)),
        use: { type: 'requested', usages, names: request },
      }),
  };
}

interface Pair {
  readonly cert: X509Certificate;
  readonly key: KeyObject;
}

interface Authority extends Pair {
  readonly subject: Subject;
}

function openAuthority(dir: string, clock: Clock, file: string, subject: Subject): Authority {
  const kept = readPair(dir, file);
  if (kept?.cert && lastsLong(kept.cert, clock)) return { cert: kept.cert, key: kept.key, subject };
  // Renewed with its old key: certificates that it has signed stay valid.
  const key = kept?.key ?? newKey();
  const cert = certificate({
    subject,
    key,
    issuer: { subject, key },
    ...validity(clock, AUTHORITY_DAYS),
    use: { type: 'authority' },
  });
  writePair(dir, file, cert, key);
  return { cert: new X509Certificate(cert), key, subject };
}

const validity = (clock: Clock, days: number) => ({
  // Clocks of other machines may be behind.
  notBefore: clock.now() - DAY,
  notAfter: clock.now() + days * DAY,
});

const lastsLong = (cert: X509Certificate, clock: Clock): boolean =>
  Date.parse(cert.validTo) - clock.now() > RENEWAL_DAYS * DAY;

function isGood(
  kept: Kept | undefined,
  authority: Pair,
  subject: Subject,
  use: CertificateUse,
  clock: Clock,
): kept is Pair {
  if (!kept?.cert) return false;
  const { cert, key } = kept;
  const wanted = [...(subject.groups ?? []).map((group) => `O=${group}`), `CN=${subject.name}`].join('\n');
  const named =
    use.type !== 'server' ||
    use.names.every((name) => (isIP(name) ? cert.checkIP(name) : cert.checkHost(name)));
  return (
    named &&
    cert.subject === wanted &&
    cert.checkPrivateKey(key) &&
    cert.verify(authority.cert.publicKey) &&
    lastsLong(cert, clock)
  );
}

const pairOf = ({ cert, key }: Pair): KeyPair => ({ cert: cert.toString(), key: keyPem(key) });

/** The key is written first: after a crash between the two it stands alone, and is used again. */
interface Kept {
  readonly cert?: X509Certificate;
  readonly key: KeyObject;
}

function readPair(dir: string, name: string): Kept | undefined {
  const [certFile, keyFile] = [join(dir, `${name}.crt`), join(dir, `${name}.key`)];
  if (!existsSync(keyFile)) return undefined;
  try {
    const key = createPrivateKey(readFileSync(keyFile));
    return existsSync(certFile) ? { cert: new X509Certificate(readFileSync(certFile)), key } : { key };
  } catch (cause) {
    throw new ProblemError(
      {
        reason: 'CertificateUnreadable',
        message: `${certFile} or ${keyFile} cannot be read: ${cause instanceof Error ? cause.message : cause}`,
        remedy: 'restore both from a backup, or remove both to have new ones made (kubeconfigs change then)',
      },
      { cause },
    );
  }
}

function writePair(dir: string, name: string, cert: string, key: KeyObject): KeyPair {
  const pair = { cert, key: keyPem(key) };
  writeSecret(join(dir, `${name}.key`), pair.key);
  writeSecret(join(dir, `${name}.crt`), pair.cert);
  return pair;
}

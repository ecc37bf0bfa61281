import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import type { ParsedCertificateRequest } from '../../../base/certificaterequest.ts';
import type { Clock } from '../../../base/clock.ts';
import { ProblemError } from '../../../base/errors.ts';
import { writeSecret } from '../../../base/secretfile.ts';
import { NODE_USER, NODES_GROUP } from '../../../kube/client/nodeuser.ts';
import { certificate, keyPem, newKey, type Subject } from './certificates.ts';
import type { CertificateUse } from './extensions.ts';

/** PEM texts. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

/** A certificate authority. Everything it makes is kept, so that a restart changes nothing that clients hold. */
export interface Authority {
  /** Its own certificate, PEM. */
  readonly ca: string;
  /** The certificate of a server that is reached by `names` (DNS names, addresses), kept under `file`, made or renewed when needed. */
  server(file: string, subject: Subject, names: readonly string[]): KeyPair;
  /** The client certificate kept under `file`, made or renewed when needed. */
  client(file: string, subject: Subject): KeyPair;
  /** A certificate for what `request` asks, which its caller has judged, PEM. It never outlives the authority. Nothing of it is kept. */
  sign(request: ParsedCertificateRequest, terms: SigningTerms): string;
}

/** The cluster's own authority, and the certificate of its API server. */
export interface Pki extends Omit<Authority, 'server'> {
  readonly server: KeyPair;
  /**
   * Whom aggregated API servers believe who a user is. An authority of its own: who has a certificate of the cluster's may be anybody's user,
   * and never speak for others (kube-apiserver `--requestheader-client-ca-file`).
   */
  readonly frontProxy: { readonly ca: string; readonly client: KeyPair };
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
  name: `${NODE_USER}${node}`,
  groups: [NODES_GROUP],
});

/** Names by which any server is reached on its own machine. */
export const LOCAL_NAMES: readonly string[] = ['localhost', '127.0.0.1', '::1'];
const SERVER_NAMES = [
  ...LOCAL_NAMES,
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

export interface AuthorityOptions {
  /** Made when absent; keys in it are readable by the owner only. */
  readonly dir: string;
  readonly clock: Clock;
}

export interface PkiOptions extends AuthorityOptions {
  /** Further names and addresses that the API is reached by. */
  readonly names?: readonly string[];
}

export function openPki({ names = [], ...options }: PkiOptions): Pki {
  const authority = openAuthority(options);
  const frontProxy = authorityOf(options, 'front-proxy-ca', { name: 'front-proxy-ca' });
  return {
    ...authority,
    server: authority.server('server', { name: 'kubernetes' }, [...SERVER_NAMES, ...names]),
    frontProxy: { ca: frontProxy.ca, client: frontProxy.client('front-proxy-client', FRONT_PROXY) },
  };
}

/** The cluster's own authority, made where the directory has none yet. @throws ProblemError CertificateUnreadable */
export const openAuthority = (options: AuthorityOptions): Authority =>
  authorityOf(options, 'ca', { name: 'pilotage' });

function authorityOf({ dir, clock }: AuthorityOptions, name: string, subject: Subject): Authority {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const issuer = openIssuer(dir, clock, name, subject);
  const leaf = (file: string, of: Subject, use: CertificateUse): KeyPair => {
    const kept = readPair(dir, file);
    if (isGood(kept, issuer, of, use, clock)) return pairOf(kept);
    // A renewed certificate keeps its key: what was pinned stays pinned.
    const key = kept?.key ?? newKey();
    const cert = certificate({ subject: of, key, issuer, ...validity(clock, LEAF_DAYS), use });
    return writePair(dir, file, cert, key);
  };
  return {
    ca: issuer.cert.toString(),
    server: (file, of, names) => leaf(file, of, { type: 'server', names }),
    client: (file, of) => leaf(file, of, { type: 'client' }),
    sign: (request, { usages, notBefore, notAfter }) =>
      certificate({
        subject: { name: request.commonName, groups: request.organizations },
        key: request.publicKey,
        issuer,
        notBefore,
        notAfter: Math.min(notAfter, Date.parse(issuer.cert.validTo)),
        use: { type: 'requested', usages, names: request },
      }),
  };
}

interface Pair {
  readonly cert: X509Certificate;
  readonly key: KeyObject;
}

interface Issuer extends Pair {
  readonly subject: Subject;
}

function openIssuer(dir: string, clock: Clock, file: string, subject: Subject): Issuer {
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

import { X509Certificate } from 'node:crypto';
import { connect, type DetailedPeerCertificate, type TLSSocket } from 'node:tls';
import { addressOf } from '../../../base/authority.ts';
import { ProblemError, problemOf } from '../../../base/errors.ts';
import { askOverTls } from '../../../base/https.ts';
import { authorityHash } from '../../../kube/client/bootstraptoken.ts';

/** By whom the API server has to prove who it is: the hash of its authority's key, or that authority itself (PEM). */
export type Trust = { readonly hash: string } | { readonly ca: string };

/** Clocks that are further apart make certificates and tokens begin or end at the wrong time: as much as certificates are dated back. */
const MOST_SKEW_MS = 5 * 60_000;
const CONNECT_MS = 10_000;

/**
 * The authority of the cluster (PEM) whose API server answers at `url`, once that has proved to be the one that is meant; nothing is sent to
 * it before. @throws ProblemError WrongAuthority, ClockSkewed, Unavailable, UntrustedServer
 */
export async function meetServer(url: string, trust: Trust, now: () => number): Promise<string> {
  const ca = 'ca' in trust ? trust.ca : await shownAuthority(url, trust.hash, now());
  const answer = await askOverTls({ url: `${url}/version`, ca }).catch((error: unknown) => {
    throw unanswered(url, error);
  });
  const skew = skewProblem(url, answer.headers.date, now());
  if (skew) throw skew;
  return ca;
}

async function shownAuthority(url: string, hash: string, now: number): Promise<string> {
  const [leaf, authority] = await shown(url);
  const found = authorityHash(authority.toString());
  if (found !== hash) {
    throw new ProblemError({
      reason: 'WrongAuthority',
      message: `The API server at ${url} shows an authority with the hash ${found}, not ${hash}.`,
      remedy:
        'Copy the whole command that `pilotage node token` prints on that Pilotage; if it is the right one, somebody else answers at that address.',
    });
  }
  for (const certificate of [leaf, authority]) {
    if (Date.parse(certificate.validFrom) <= now) continue;
    throw clocksDiffer(
      url,
      `its certificate is valid from ${new Date(certificate.validFrom).toISOString()} on, and here it is ${new Date(now).toISOString()}`,
    );
  }
  return authority.toString();
}

/** First and last of the chain that the server shows. */
function shown(url: string): Promise<readonly [leaf: X509Certificate, authority: X509Certificate]> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => {
      socket.destroy();
      reject(unanswered(url, error));
    };
    const socket: TLSSocket = connect(
      { ...addressOf(url), rejectUnauthorized: false, timeout: CONNECT_MS },
      () => {
        const leaf = socket.getPeerCertificate(true);
        let last: DetailedPeerCertificate = leaf;
        while (last.issuerCertificate && last.issuerCertificate !== last) last = last.issuerCertificate;
        socket.destroy();
        resolve([new X509Certificate(leaf.raw), new X509Certificate(last.raw)]);
      },
    );
    socket.once('error', fail);
    socket.once('timeout', () => fail(new Error('it does not answer')));
  });
}

/** `date`: the header of an answer. undefined: the clocks agree well enough, or the server does not say. */
function skewProblem(url: string, date: string | undefined, now: number): ProblemError | undefined {
  const there = Date.parse(date ?? '');
  if (!(Math.abs(there - now) > MOST_SKEW_MS)) return undefined;
  return clocksDiffer(
    url,
    `there it is ${new Date(there).toISOString()}, here ${new Date(now).toISOString()}`,
  );
}

const clocksDiffer = (url: string, how: string): ProblemError =>
  new ProblemError({
    reason: 'ClockSkewed',
    message: `The clock of this machine and that of ${url} differ: ${how}.`,
    remedy: 'Set both by the network (timedatectl set-ntp true), then run the command again.',
  });

function unanswered(url: string, error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  const { message } = problemOf(error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'CERT_NOT_YET_VALID' || code === 'CERT_HAS_EXPIRED')
    return clocksDiffer(url, `its certificate is not valid at this time (${message})`);
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return new ProblemError({
      reason: 'WrongServer',
      message: `The certificate of ${url} is for other names: ${message}`,
      remedy: 'Start Pilotage there with the address by which nodes reach it: pilotage up --api HOST:PORT.',
    });
  if (/self-signed|unable to (?:verify|get)/i.test(message))
    return new ProblemError({
      reason: 'WrongAuthority',
      message: `The certificate of ${url} is not of the authority that was named: ${message}`,
      remedy: 'Copy the whole command that `pilotage node token` prints on that Pilotage.',
    });
  return new ProblemError({
    reason: 'Unavailable',
    message: `No API server answers at ${url}: ${message}`,
    remedy:
      'See whether Pilotage runs there, and listens on an address that this machine reaches: pilotage up --api HOST:PORT.',
  });
}

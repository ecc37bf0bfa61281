import { errnoOf, type Problem } from '../../base/errors.ts';

/** What OpenSSL and Node say of a certificate that nobody who is trusted has signed. */
const UNKNOWN_AUTHORITY: ReadonlySet<string> = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
]);

export const isUnknownAuthority = (error: unknown): boolean => UNKNOWN_AUTHORITY.has(errnoOf(error) ?? '');

/** Why there is no connection to the daemon at `url`, in words; undefined where only the error itself can say it. */
export function connectionProblem(error: Error, url: string): Problem | undefined {
  const code = errnoOf(error) ?? '';
  if (code === 'ECONNREFUSED')
    return {
      reason: 'Unavailable',
      message: `Nothing answers at ${url}.`,
      remedy: 'See whether Pilotage runs there: pilotage status, or start it: pilotage up.',
    };
  if (UNKNOWN_AUTHORITY.has(code))
    return {
      reason: 'UntrustedServer',
      message: `The certificate of ${url} comes from an authority that this machine does not trust.`,
      remedy: `In a terminal, \`pilotage login --server ${url}\` shows its fingerprint, which \`pilotage up\` printed there; or give its certificate: --ca FILE.`,
    };
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return {
      reason: 'WrongServer',
      message: `The certificate that is shown at ${url} is for other names: ${error.message}`,
      remedy:
        'Use a name that it is for, or start Pilotage there with this one: pilotage up --http-name NAME.',
    };
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID')
    return {
      reason: 'ServerCertificateExpired',
      message: `The certificate of ${url} is not valid at this time: ${error.message}`,
      remedy: 'See the clocks of both machines; Pilotage reads a renewed certificate by itself.',
    };
  // OpenSSL names it by what it was given to read.
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'EPROTO')
    return {
      reason: 'NoTls',
      message: `${url} does not answer in TLS.`,
      remedy: `Where it is meant to be plain HTTP: ${url.replace(/^https:/, 'http:')}`,
    };
  if (code === 'ECONNRESET' && url.startsWith('http:'))
    return {
      reason: 'Unavailable',
      message: `${url} ended the connection without an answer.`,
      remedy: `It may speak TLS: ${url.replace(/^http:/, 'https:')}`,
    };
  return undefined;
}

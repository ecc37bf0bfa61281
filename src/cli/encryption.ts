import { resolve } from 'node:path';
import { isLoopback } from '../base/authority.ts';
import { ProblemError } from '../base/errors.ts';
import type { Address, Encryption } from './context.ts';

export interface EncryptionFlags {
  readonly tls?: boolean;
  readonly httpCert?: string;
  readonly httpKey?: string;
  readonly insecure?: boolean;
}

/** TLS where others reach the face, or where it is asked for. @throws ProblemError InsecureAddress, Misuse */
export function encryptionOf(flags: EncryptionFlags, address: Address): Encryption {
  const { tls, httpCert, httpKey, insecure } = flags;
  if ((httpCert === undefined) !== (httpKey === undefined)) throw new ProblemError(HALF);
  if (httpCert !== undefined && httpKey !== undefined) {
    if (tls === false || insecure) throw new ProblemError(CONTRADICTION);
    return { type: 'given', certFile: resolve(httpCert), keyFile: resolve(httpKey) };
  }
  if (tls && insecure) throw new ProblemError(CONTRADICTION);
  if (tls || (tls === undefined && !insecure && !isLoopback(address.host))) return { type: 'own' };
  if (!insecure && !isLoopback(address.host)) throw new ProblemError(open(address));
  return { type: 'none' };
}

const HALF = {
  reason: 'Misuse',
  message: '--http-cert and --http-key belong together.',
  remedy: 'Give both, or neither: then the certificate comes from the authority of the data directory.',
};

const CONTRADICTION = {
  reason: 'Misuse',
  message: '--insecure and --no-tls are without TLS; --tls, --http-cert and --http-key are with it.',
  remedy: 'Give one or the other.',
};

/** HTTP sends passwords and tokens in clear, and the git host and the API treat the holder of the daemon's as the administrator. */
const open = ({ host, port }: Address) => ({
  reason: 'InsecureAddress',
  message: `--http ${host}:${port} would send tokens and passwords over the network without TLS.`,
  remedy: 'Leave --no-tls out: TLS is the default there. On a network that you trust: add --insecure.',
});

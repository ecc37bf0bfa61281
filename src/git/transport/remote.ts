import { ProblemError } from '../../base/errors.ts';
import { http } from './http.ts';
import { local } from './local.ts';
import { type Remote, type RemoteOptions, schemeOf, type Transport } from './transport.ts';

const TRANSPORTS: readonly Transport[] = [http, local];

/** https, http, file:// and absolute paths. Throws ProblemError UnsupportedTransport for anything else; connects to nothing yet. */
export function openRemote(address: string, options: RemoteOptions): Remote {
  return transportOf(address).open(address, options);
}

/** Throws ProblemError UnsupportedTransport where no transport reaches the address. */
export function transportOf(address: string): Transport {
  const transport = TRANSPORTS.find((candidate) => candidate.reaches(address));
  if (!transport) throw unsupported(address);
  return transport;
}

function unsupported(address: string): ProblemError {
  const scheme = schemeOf(address);
  const ssh = scheme === 'ssh' || (scheme === undefined && /^[^/]+@[^/]+:/.test(address));
  return new ProblemError({
    reason: 'UnsupportedTransport',
    message: ssh
      ? `${address}: git over ssh is not supported yet`
      : `${address} is not the address of a git repository`,
    remedy: ssh
      ? 'use the https address of the repository with a token'
      : 'use https://…, http://…, file:///… or an absolute path',
  });
}

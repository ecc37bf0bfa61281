import { ProblemError } from '../../base/errors.ts';
import { http } from './http.ts';
import { local } from './local.ts';
import { ssh } from './ssh/ssh.ts';
import type { Remote, RemoteOptions, Transport } from './transport.ts';

const TRANSPORTS: readonly Transport[] = [http, local, ssh];

/** https, http, ssh, file:// and absolute paths. Throws ProblemError UnsupportedTransport for anything else; connects to nothing yet. */
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
  return new ProblemError({
    reason: 'UnsupportedTransport',
    message: `${address} is not the address of a git repository`,
    remedy: 'use https://…, git@HOST:PATH, ssh://…, file:///… or an absolute path',
  });
}

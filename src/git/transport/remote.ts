import { fileURLToPath } from 'node:url';
import { ProblemError } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import type { Remote } from '../types.ts';
import type { TlsOptions } from './http-client.ts';
import { type Credentials, HttpRemote } from './remote-http.ts';
import { LocalRemote } from './remote-local.ts';

export type { Credentials } from './remote-http.ts';

export interface RemoteOptions extends TlsOptions {
  readonly credentials?: Credentials;
  readonly logger: Logger;
}

/** https, http, file:// and absolute paths. Throws ProblemError UnsupportedTransport for anything else; connects to nothing yet. */
export function openRemote(url: string, options: RemoteOptions): Remote {
  switch (transportOf(url)) {
    case 'path':
      return new LocalRemote(url, url);
    case 'file':
      return new LocalRemote(url, fileURLToPath(url));
    case 'http':
      return new HttpRemote(new URL(url), options);
  }
}

/** How an address would be reached. Throws ProblemError UnsupportedTransport where it cannot be. */
export function transportOf(url: string): 'path' | 'file' | 'http' {
  if (url.startsWith('/')) return 'path';
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1]?.toLowerCase();
  if ((scheme === 'https' || scheme === 'http') && URL.canParse(url)) return 'http';
  if (scheme === 'file') return 'file';
  throw unsupported(url, scheme);
}

function unsupported(url: string, scheme: string | undefined): ProblemError {
  const ssh = scheme === 'ssh' || (scheme === undefined && /^[^/]+@[^/]+:/.test(url));
  return new ProblemError({
    reason: 'UnsupportedTransport',
    message: ssh
      ? `${url}: git over ssh is not supported yet`
      : `${url} is not an address of a git repository`,
    remedy: ssh
      ? 'use the https address of the repository with a token'
      : 'use https://…, http://…, file:///… or an absolute path',
  });
}

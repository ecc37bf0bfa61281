import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import type { User } from '../../../kube/client/client.ts';
import { statusError } from '../../../kube/values/status.ts';
import { isPublic } from './paths.ts';
import type { Tokens } from './tokens.ts';

const ANONYMOUS: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] };

/**
 * Who sends a request: by client certificate of our own authority, else by bearer token; anonymous requests are taken on public
 * paths only (KEP-4633). Throws Unauthorized; loopback alone is not trusted.
 */
export function authenticate(request: IncomingMessage, path: string, tokens: Tokens): User {
  const user = byCertificate(request) ?? byToken(request, tokens);
  if (user) return user;
  if (isPublic(path)) return ANONYMOUS;
  throw statusError('Unauthorized', 'Unauthorized');
}

function byCertificate({ socket }: IncomingMessage): User | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  const { subject } = socket.getPeerCertificate();
  // Of several CN or O attributes Node makes a list.
  const groups = listOf(subject?.O);
  const name = listOf(subject?.CN).at(-1);
  return name ? withAuthenticated({ name, groups }) : undefined;
}

function byToken({ headers }: IncomingMessage, tokens: Tokens): User | undefined {
  const token = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
  if (token === undefined) return undefined;
  const user = tokens(token);
  if (!user) throw statusError('Unauthorized', 'Unauthorized');
  return withAuthenticated(user);
}

const withAuthenticated = (user: User): User => ({
  ...user,
  groups: [...user.groups, 'system:authenticated'],
});

/** Whom the impersonation headers name; undefined: nobody. */
export function impersonatedBy({ headers, headersDistinct }: IncomingMessage): User | undefined {
  const name = headers['impersonate-user'];
  const uid = headers['impersonate-uid'];
  if (typeof name !== 'string') {
    if (headers['impersonate-group'] ?? uid) {
      throw statusError(
        'BadRequest',
        'requested impersonation of groups or uid without impersonating a user',
      );
    }
    return undefined;
  }
  return withAuthenticated({
    name,
    groups: headersDistinct['impersonate-group'] ?? [],
    ...(typeof uid === 'string' ? { uid } : {}),
  });
}

const listOf = (value: string | string[] | undefined): string[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import type { User } from '../../../kube/client/client.ts';
import { statusError } from '../../../kube/values/status.ts';
import type { Tokens } from './tokens.ts';

const ANONYMOUS: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] };

/** Paths that answer without asking who is there: what load balancers and start scripts poll. */
const OPEN_PATHS = new Set(['/healthz', '/livez', '/readyz', '/version']);

/**
 * Who sends a request: by client certificate of our own authority, else by bearer token, then, for an administrator,
 * whom the impersonation headers name. Throws Unauthorized; loopback alone is not trusted.
 */
export function authenticate(request: IncomingMessage, path: string, tokens: Tokens): User {
  const user = byCertificate(request) ?? byToken(request, tokens);
  if (user) return impersonated(request, user);
  if (OPEN_PATHS.has(path)) return ANONYMOUS;
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

function impersonated({ headers, headersDistinct }: IncomingMessage, user: User): User {
  const name = headers['impersonate-user'];
  if (typeof name !== 'string') {
    if (headers['impersonate-group'] ?? headers['impersonate-uid']) {
      throw statusError(
        'BadRequest',
        'requested impersonation of groups or uid without impersonating a user',
      );
    }
    return user;
  }
  if (!user.groups.includes('system:masters')) {
    throw statusError(
      'Forbidden',
      `users "${name}" is forbidden: User "${user.name}" cannot impersonate resource "users" in API group "" at the cluster scope`,
      { name, kind: 'users' },
    );
  }
  const uid = headers['impersonate-uid'];
  return withAuthenticated({
    name,
    groups: headersDistinct['impersonate-group'] ?? [],
    ...(typeof uid === 'string' ? { uid } : {}),
  });
}

const listOf = (value: string | string[] | undefined): string[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

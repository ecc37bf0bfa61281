import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import type { User } from '../../../kube/client/client.ts';
import { statusError } from '../../../kube/values/status.ts';
import type { TokenAnswer, TokenAuthenticator } from './authenticator.ts';
import { isPublic } from './paths.ts';

const ANONYMOUS: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] };

/** How bearers of tokens are known. */
export interface TokenRules {
  readonly tokens: TokenAuthenticator;
  /** The names of this API server: a token that names others, and none of these, is not meant for it. */
  readonly audiences: readonly string[];
  /** Told why a token was refused; its bearer is not. */
  readonly onRefused?: (reason: string) => void;
}

/**
 * Who sends a request: by client certificate of our own authority, else by bearer token; anonymous requests are taken on public
 * paths only (KEP-4633). Rejects with Unauthorized; loopback alone is not trusted.
 */
export async function authenticate(request: IncomingMessage, path: string, rules: TokenRules): Promise<User> {
  const user = byCertificate(request) ?? (await byToken(request, rules));
  if (user) return user;
  if (isPublic(path)) return ANONYMOUS;
  throw statusError('Unauthorized', 'Unauthorized');
}

/** A connection shows its certificate once, and asking for it costs more than all else here. */
const known = new WeakMap<TLSSocket, User | 'nobody'>();

function byCertificate({ socket }: IncomingMessage): User | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  const user = known.get(socket) ?? certified(socket) ?? 'nobody';
  known.set(socket, user);
  return user === 'nobody' ? undefined : user;
}

function certified(socket: TLSSocket): User | undefined {
  const { subject } = socket.getPeerCertificate();
  // Of several CN or O attributes Node makes a list.
  const groups = listOf(subject?.O);
  const name = listOf(subject?.CN).at(-1);
  return name ? withAuthenticated({ name, groups }) : undefined;
}

async function byToken({ headers }: IncomingMessage, rules: TokenRules): Promise<User | undefined> {
  const token = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
  if (token === undefined) return undefined;
  const answer = meantFor(await rules.tokens(token), rules.audiences);
  if (answer?.type === 'user') return withAuthenticated(answer.user);
  if (answer) rules.onRefused?.(answer.reason);
  throw statusError('Unauthorized', 'Unauthorized');
}

/**
 * What the answer comes to for `audiences`: a token that says for whom it is must name one of them, and is good for those alone that both
 * sides name (apiserver `pkg/authentication/authenticator/audagnostic.go`, `pkg/serviceaccount/jwt.go`).
 */
export function meantFor(
  answer: TokenAnswer | undefined,
  audiences: readonly string[],
): TokenAnswer | undefined {
  if (answer?.type !== 'user' || answer.audiences === undefined) return answer;
  const shared = answer.audiences.filter((one) => audiences.includes(one));
  if (shared.length > 0) return { ...answer, audiences: shared };
  const reason = `token audiences ${JSON.stringify(answer.audiences)} is invalid for the target audiences ${JSON.stringify(audiences)}`;
  return { type: 'refused', reason };
}

export const withAuthenticated = (user: User): User => ({
  ...user,
  groups: [...user.groups, 'system:authenticated'],
});

const listOf = (value: string | string[] | undefined): string[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

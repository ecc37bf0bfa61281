import type { Secret } from '../../../kube/kinds/objects.data.ts';
import { isKnownHash, UNKNOWN_HASH } from './htpasswd.ts';

const MOST_USERS = 1_000;

/**
 * The users that a Secret holds, their hashes by name: in `auth`, a line each as htpasswd writes it, or (`auth-map`) a key each. A sentence
 * where it holds none that could sign in.
 */
export function usersOf(
  secret: Secret | undefined,
  name: string,
  type: 'auth-file' | 'auth-map',
): ReadonlyMap<string, string> | string {
  if (!secret) return `there is no Secret ${name}`;
  const data = secret.data ?? {};
  if (type === 'auth-file' && data.auth === undefined) return `the Secret ${name} has no key auth`;
  const lines =
    type === 'auth-file'
      ? decoded(data.auth ?? '')
          .split('\n')
          .map(lineOf)
      : Object.entries(data).map(([user, hash]) => [user, decoded(hash).trim()] as const);
  const users = lines.filter(([user, hash]) => user !== '' && hash !== '');
  if (users.length === 0) return `the Secret ${name} names no user`;
  if (users.length > MOST_USERS) return `the Secret ${name} names more than ${MOST_USERS} users`;
  const strange = users.find(([, hash]) => !isKnownHash(hash));
  return strange
    ? `the Secret ${name} has a hash of the user ${strange[0]} that ${UNKNOWN_HASH}`
    : new Map(users);
}

const decoded = (base64: string): string => Buffer.from(base64, 'base64').toString('utf8');

function lineOf(line: string): readonly [string, string] {
  const text = line.trim();
  const colon = text.indexOf(':');
  return text.startsWith('#') || colon < 1
    ? ['', '']
    : [text.slice(0, colon), text.slice(colon + 1).split(':')[0] ?? ''];
}

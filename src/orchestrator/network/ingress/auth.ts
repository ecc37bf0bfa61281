import { createHash } from 'node:crypto';
import { Mutex } from '../../../base/mutex.ts';
import { type Answer, answer } from './decide.ts';
import { isPasswordOf } from './htpasswd.ts';
import type { BasicAuth } from './policy.ts';

/** undefined: the client has proved to be one of the users. */
export type Guard = (auth: BasicAuth, authorization: string | undefined) => Promise<Answer | undefined>;

/** Right answers are remembered, so that their hashes are not computed for each request of a page. */
const REMEMBERED = 1_000;
/** Guesses are looked at one at a time, and not many wait. */
const MOST_WAITING = 100;
/** What an unknown user's password is compared with: the time does not tell who is known. */
const NOBODY = '$apr1$nobody00$0000000000000000000000';

export function createGuard(): Guard {
  const known = new Set<string>();
  const turn = new Mutex();
  let waiting = 0;
  return async ({ realm, users }, authorization) => {
    const credentials = credentialsOf(authorization);
    const refusal = answer(401, 'sign in with a name and a password', {
      'www-authenticate': `Basic realm="${realm}"`,
    });
    if (!credentials) return refusal;
    const hash = users.get(credentials.user);
    const key = createHash('sha256')
      .update(`${hash}\0${credentials.user}\0${credentials.password}`)
      .digest('base64');
    if (hash !== undefined && known.has(key)) return undefined;
    if (waiting >= MOST_WAITING) return answer(429, 'too many sign-ins at once', { 'retry-after': '1' });
    waiting++;
    const isRight = await turn
      .run(() => isPasswordOf(hash ?? NOBODY, credentials.password))
      .finally(() => waiting--);
    if (!isRight || hash === undefined) return refusal;
    known.add(key);
    for (const oldest of known) {
      if (known.size <= REMEMBERED) break;
      known.delete(oldest);
    }
    return undefined;
  };
}

/** RFC 7617. */
function credentialsOf(authorization: string | undefined): { user: string; password: string } | undefined {
  const [, encoded = ''] = /^basic +([\w+/=-]{1,1024})$/i.exec(authorization ?? '') ?? [];
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 1 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

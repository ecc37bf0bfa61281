import type { Problem } from '../base/errors.ts';
import type { WebAnswer } from '../charts/web/ask.ts';

/** Where no answer says until when. */
const PAUSE_MS = 60_000;
/** What an answer may ask for at most: a clock that is wrong there must not silence a forge for a year. */
const LONGEST_MS = 3_600_000;

/**
 * Wall time (ms) before which nothing is asked again; undefined: this is no answer of a rate limit. GitHub says 403 or 429 with
 * `x-ratelimit-remaining: 0` and `x-ratelimit-reset` (seconds since the epoch), or for its secondary limits `retry-after` or nothing but its words;
 * GitLab 429 with `ratelimit-reset`; proxies 429 with `retry-after`.
 */
export function limitedUntil(answer: WebAnswer, now: number): number | undefined {
  const { status, headers } = answer;
  const after = secondsOf(headers['retry-after']);
  const remaining = headers['x-ratelimit-remaining'];
  const isLimit = remaining === '0' || after !== undefined || /secondary rate limit/i.test(wordsOf(answer));
  if (status !== 429 && !(status === 403 && isLimit)) return undefined;
  // That of the primary limit says nothing of a secondary one.
  const primary = remaining === undefined || remaining === '0' ? headers['x-ratelimit-reset'] : undefined;
  const reset = secondsOf(primary ?? headers['ratelimit-reset']);
  const until =
    after !== undefined ? now + after * 1000 : reset !== undefined ? reset * 1000 : now + PAUSE_MS;
  return Math.min(Math.max(until, now + 1000), now + LONGEST_MS);
}

const secondsOf = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,12}$/.test(text) ? Number(text) : undefined;

interface Asked {
  readonly method: string;
  readonly url: string;
  readonly at: string;
  readonly name: string;
  readonly passes?: (status: number, said: string) => boolean;
}

/** Why a request was refused. What the forge says of it is quoted up to a line: it knows which right is missing. */
export function refusal(
  answer: WebAnswer,
  { method, url, at, name, passes }: Asked,
  until?: number,
): Problem {
  const { status } = answer;
  const said = wordsOf(answer);
  const quoted = said ? `: ${said}` : '';
  const path = new URL(url).pathname;
  if (until !== undefined)
    return {
      reason: 'RateLimited',
      message: `${name} is asked too often for ${at}; nothing is asked before ${new Date(until).toISOString().slice(0, 19)}Z`,
    };
  if (status === 401)
    return {
      reason: 'TokenRefused',
      message: `${name} does not take the token for ${at} (401${quoted})`,
      remedy: 'It has ended or was revoked. Give another: pilotage connect DELIVERY --forge-token-file FILE',
    };
  if (status === 403 || (status === 404 && method !== 'GET'))
    return {
      reason: 'RightMissing',
      message: `The token may not do this at ${at}: ${method} ${path} (${status}${quoted})`,
      remedy:
        'Give it the rights that docs/forges.md lists, or another: pilotage connect DELIVERY --forge-token-file FILE',
    };
  if (status === 404)
    return {
      reason: 'NotFound',
      message: `${name} has no ${path} at ${at}, or does not show it to this token`,
      remedy: 'Check the address of the repository, and that the token may read it.',
    };
  if (passes?.(status, said))
    return {
      reason: 'NotYet',
      message: `${name} is not ready for ${method} ${path} for ${at} (${status}${quoted})`,
    };
  if (status === 400 || status === 405 || status === 409 || status === 422 || status === 406)
    return { reason: 'Refused', message: `${name} refuses ${method} ${path} for ${at} (${status}${quoted})` };
  if (status >= 300 && status < 400)
    return {
      reason: 'Moved',
      message: `${name} answers ${status} for ${at}: it was moved, and a token is not carried elsewhere`,
      remedy: 'Connect the delivery to where the repository is now.',
    };
  if (status >= 500)
    return { reason: 'ForgeFailed', message: `${name} failed for ${at} (${status}${quoted})` };
  return { reason: 'UnexpectedAnswer', message: `${name} answers ${status} to ${method} ${path} for ${at}` };
}

/**
 * `message` of GitHub and Gitea with what GitHub says of each field, `message`, or `error_description` and `error` of GitLab: one line of it, printable,
 * 200 characters.
 */
export function wordsOf({ body }: WebAnswer): string {
  if (body.length > 64 * 1024) return '';
  try {
    const { message, error, errors, error_description: described } = JSON.parse(body.toString('utf8')) ?? {};
    const details = (Array.isArray(errors) ? errors : []).map((one) => one?.message ?? one);
    const [first] = [message, described, error].filter((text) => typeof text === 'string');
    const said = [
      first ?? JSON.stringify(message ?? ''),
      ...details.filter((one) => typeof one === 'string'),
    ];
    return said
      .join(': ')
      .replace(/[\p{C}\s]+/gu, ' ')
      .replace(/^""$/, '')
      .trim()
      .slice(0, 200);
  } catch {
    return '';
  }
}

import type { Clock } from '../base/clock.ts';
import { ProblemError, problemOf } from '../base/errors.ts';
import type { Ask, WebAnswer } from '../charts/web/ask.ts';
import type { Dialect, ForgeRequest } from './dialect.ts';
import { fieldsOf } from './fields.ts';
import type { ForgeAnswer, Listing } from './forge.ts';
import { limitedUntil, refusal, wordsOf } from './refusal.ts';

const MOST_BYTES = 4 * 1024 * 1024;
const MOST_PAGES = 10;
const MOST_KEPT = 50;

export interface ForgeClientOptions {
  readonly ask: Ask;
  readonly clock: Clock;
  /** Asked before each request: tokens of installations end within the hour. @throws ProblemError */
  readonly token: () => Promise<string>;
  /** `github.com/acme/shop` */
  readonly at: string;
  readonly api: string;
  readonly dialect: Dialect;
}

export interface ForgeClient {
  send<T>(request: ForgeRequest<T>): Promise<ForgeAnswer<T>>;
  /** Every page of it, within a bound. */
  list<T>(request: ForgeRequest<T>): Promise<ForgeAnswer<Listing<T>>>;
}

interface Exchanged {
  readonly body: unknown;
  readonly headers: WebAnswer['headers'];
}

/** Asks a forge, and remembers until when it may not be asked, and what it has said that did not change (ETags). */
export function createForgeClient(options: ForgeClientOptions): ForgeClient {
  const { ask, clock, token, api, dialect } = options;
  const kept = new Map<string, { readonly etag: string; readonly exchanged: Exchanged }>();
  let limited: Extract<ForgeAnswer<never>, { ok: false }> | undefined;

  async function exchange(
    { method, body, passes, isSo }: Pick<ForgeRequest<unknown>, 'method' | 'body' | 'passes' | 'isSo'>,
    url: string,
  ): Promise<ForgeAnswer<Exchanged>> {
    if (limited?.until !== undefined && limited.until > clock.now()) return limited;
    limited = undefined;
    const known = method === 'GET' ? kept.get(url) : undefined;
    try {
      const answer = await ask({
        url,
        method,
        headers: {
          'user-agent': 'pilotage',
          ...dialect.headers(await token()),
          ...(known ? { 'if-none-match': known.etag } : {}),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        most: MOST_BYTES,
      });
      if (answer.status === 304 && known) return { ok: true, value: known.exchanged };
      const until = limitedUntil(answer, clock.now());
      const what = { method, url, at: options.at, name: dialect.name, ...(passes ? { passes } : {}) };
      if (until !== undefined) {
        limited = { ok: false, problem: refusal(answer, what, until), until };
        return limited;
      }
      if (isSo?.(answer.status, wordsOf(answer)))
        return { ok: true, value: { body: undefined, headers: answer.headers } };
      if (answer.status < 200 || answer.status > 299) return { ok: false, problem: refusal(answer, what) };
      const exchanged = { body: jsonOf(answer), headers: answer.headers };
      keep(method, url, answer.headers.etag, exchanged);
      return { ok: true, value: exchanged };
    } catch (error) {
      return { ok: false, problem: problemOf(error) };
    }
  }

  function keep(method: string, url: string, etag: string | undefined, exchanged: Exchanged): void {
    if (method !== 'GET' || !etag) return;
    kept.delete(url);
    kept.set(url, { etag, exchanged });
    const [oldest] = kept.keys();
    if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
  }

  return {
    async send(request) {
      const answer = await exchange(request, api + request.path);
      return answer.ok ? reading(() => request.read(fieldsOf(answer.value.body))) : answer;
    },
    async list(request) {
      const items: ReturnType<typeof request.read>[] = [];
      for (let page = 1; page <= MOST_PAGES; page++) {
        const answer = await exchange(request, pageOf(api + request.path, page));
        if (!answer.ok) return answer;
        const { body, headers } = answer.value;
        const found = reading(() => listed(body, request.within).map((item) => request.read(fieldsOf(item))));
        if (!found.ok) return found;
        items.push(...found.value);
        if (isLast(headers, found.value.length)) return { ok: true, value: { items, isWhole: true } };
      }
      return { ok: true, value: { items, isWhole: false } };
    },
  };
}

const pageOf = (url: string, page: number): string =>
  page === 1 ? url : `${url}${url.includes('?') ? '&' : '?'}page=${page}`;

/** RFC 8288, as all three send it; the address in it is not followed, its page is asked where the first one was. */
const isLast = ({ link }: WebAnswer['headers'], count: number): boolean =>
  count === 0 || link === undefined || !/;\s*rel="?next"?/.test(link);

function listed(body: unknown, within: string | undefined): readonly unknown[] {
  const found =
    within === undefined || typeof body !== 'object' || body === null
      ? body
      : (body as Record<string, unknown>)[within];
  // Gitea's word for "none" is null.
  if (found === null || (found === undefined && within !== undefined)) return [];
  if (!Array.isArray(found)) throw unreadable('a list');
  return found;
}

const jsonOf = ({ body }: WebAnswer): unknown => {
  if (body.length === 0) return undefined;
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw unreadable('JSON');
  }
};

const unreadable = (wanted: string): ProblemError =>
  new ProblemError({
    reason: 'UnexpectedAnswer',
    message: `the answer is not ${wanted}`,
    remedy: 'Is this the forge that it is said to be? pilotage connect DELIVERY --forge KIND=URL',
  });

function reading<T>(read: () => T): ForgeAnswer<T> {
  try {
    return { ok: true, value: read() };
  } catch (error) {
    return { ok: false, problem: problemOf(error) };
  }
}

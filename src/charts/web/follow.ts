import { ProblemError } from '../../base/errors.ts';
import type { Ask, WebAnswer, WebRequest } from './ask.ts';
import { shown } from './exchange.ts';

const MOST_REDIRECTS = 5;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Asks where redirects lead, too. Credentials stay with the scheme, host and port that they were given for: a registry that sends a
 * reader to its storage must not hand on a password. What was asked over TLS is not fetched without it.
 * `url` is who has answered. @throws ProblemError TooManyRedirects, InsecureRedirect
 */
export async function askFollowing(
  ask: Ask,
  request: WebRequest,
): Promise<WebAnswer & { readonly url: string }> {
  let next = request;
  for (let hops = 0; ; hops++) {
    const answer = await ask(next);
    const { location } = answer.headers;
    if (!REDIRECTS.has(answer.status) || location === undefined) return { ...answer, url: next.url };
    if (hops === MOST_REDIRECTS)
      throw refused('TooManyRedirects', `${shown(request.url)} redirects in circles`);
    next = redirected(next, location);
  }
}

function redirected(request: WebRequest, location: string): WebRequest {
  const from = new URL(request.url);
  if (!URL.canParse(location, from.href))
    throw refused('InvalidRedirect', `${shown(request.url)} redirects to what is not an address`);
  const to = new URL(location, from.href);
  if (to.protocol !== 'https:' && (to.protocol !== 'http:' || from.protocol === 'https:'))
    throw refused(
      'InsecureRedirect',
      `${shown(request.url)} redirects to ${to.protocol}//${to.host}, which is not encrypted`,
    );
  const headers = from.origin === to.origin ? request.headers : withoutCredentials(request.headers);
  return { ...request, url: to.href, ...(headers ? { headers } : {}) };
}

const withoutCredentials = (headers: WebRequest['headers']): WebRequest['headers'] =>
  headers && Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'authorization'));

const refused = (reason: string, message: string): ProblemError =>
  new ProblemError({ reason, message, remedy: 'Ask whoever runs it, or name the address it leads to.' });

import { createHash } from 'node:crypto';
import { parseBool } from '../../../kube/values/bool.ts';
import type { Backend } from '../route.ts';
import { isHeaderText, isToken } from './annotationvalues.ts';
import type { StickyCookie } from './policy.ts';

const NAME = 'INGRESSCOOKIE';

/** undefined: what is asked for could not stand in a cookie. */
export function stickyCookieOf(all: Readonly<Record<string, string>>): StickyCookie | undefined {
  const own = (name: string) => all[`session-cookie-${name}`];
  const name = own('name') ?? NAME;
  const maxAge = own('max-age') ?? own('expires');
  const parts = [
    `Path=${own('path') ?? '/'}`,
    ...(own('domain') === undefined ? [] : [`Domain=${own('domain')}`]),
    ...(maxAge === undefined ? [] : [`Max-Age=${maxAge}`]),
    ...(own('samesite') === undefined ? [] : [`SameSite=${own('samesite')}`]),
    ...(parseBool(own('secure') ?? 'false') ? ['Secure'] : []),
    'HttpOnly',
  ];
  const isFine =
    isToken(name) &&
    parts.every((part) => isHeaderText(part) && !part.includes(';')) &&
    (maxAge === undefined || /^\d{1,10}$/.test(maxAge)) &&
    /^(Strict|Lax|None)$/.test(own('samesite') ?? 'Lax');
  return isFine ? { name, attributes: parts.map((part) => `; ${part}`).join('') } : undefined;
}

/** Names a backend to a client without telling where it is; another pod at its address has another name. */
export const backendName = ({ host, port, podUid }: Backend): string =>
  createHash('sha256').update(`${podUid} ${host} ${port}`).digest('hex').slice(0, 32);

/** The backends in their order, the one that the client's cookie names first. */
export function withSticky(
  backends: readonly Backend[],
  { name }: StickyCookie,
  cookies: string | undefined,
): { readonly order: readonly Backend[]; readonly isKnown: boolean } {
  const value = cookieOf(cookies ?? '', name);
  const found = value === undefined ? undefined : backends.find((one) => backendName(one) === value);
  if (!found) return { order: backends, isKnown: false };
  return { order: [found, ...backends.filter((one) => one !== found)], isKnown: true };
}

function cookieOf(cookies: string, name: string): string | undefined {
  for (const part of cookies.split(';')) {
    const equals = part.indexOf('=');
    if (equals > 0 && part.slice(0, equals).trim() === name) return part.slice(equals + 1).trim();
  }
  return undefined;
}

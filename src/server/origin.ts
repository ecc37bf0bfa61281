import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import type { Problem } from '../base/errors.ts';

/** Names of the local machine that no other site can take (RFC 6761, section 6.3). */
export const isLocal = (name: string): boolean => name === 'localhost' || name.endsWith('.localhost');

/**
 * Why a request is not answered although it has the token: a browser sends kept credentials along with what any page asks for.
 * It says who asked (Fetch Metadata, to trustworthy addresses only) or from where (Origin, with all that may change something). A page whose own
 * name leads to this machine (DNS rebinding) asks its own origin; the name gives it away: it is neither an address nor one of `names`.
 */
export function foreign(headers: IncomingHttpHeaders, names: readonly string[]): Problem | undefined {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return OTHER_SITE;
  const { host, origin } = headers;
  if (origin !== undefined && hostOf(origin) !== host?.toLowerCase()) return OTHER_SITE;
  return unknownName(headers, names);
}

/** Why a request is not answered by the name that it asks for: neither an address, nor one of this machine, nor one of `names`. */
export function unknownName(
  { host }: Pick<IncomingHttpHeaders, 'host'>,
  names: readonly string[],
): Problem | undefined {
  const name = nameOf(host);
  if (name === undefined || isIP(name) !== 0 || isLocal(name) || names.includes(name)) return undefined;
  return {
    reason: 'Forbidden',
    message: `This Pilotage is not known by the name ${name}.`,
    remedy: `Use its address, or start it with: pilotage up --http-name ${name}`,
  };
}

/**
 * Whether a browser shows the answer, as a page or in a frame of one (Fetch Metadata, where it is sent): scripts in it have the rights of this
 * origin then, whoever wrote them.
 */
export const isShown = (headers: IncomingHttpHeaders): boolean =>
  headers['sec-fetch-mode'] === 'navigate' || headers.accept?.includes('text/html') === true;

const OTHER_SITE: Problem = {
  reason: 'Forbidden',
  message: 'Another web site may not ask this on behalf of its visitor.',
};

/** `null` (of a sandboxed page) is not a URL, and equals no host. */
const hostOf = (origin: string): string => (URL.canParse(origin) ? new URL(origin).host : '');

/** The name of a Host header, without its port. */
export function nameOf(host: string | undefined): string | undefined {
  if (!host || !URL.canParse(`http://${host}`)) return undefined;
  return new URL(`http://${host}`).hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
}

/** A request's target in parts. */
export interface RequestTarget {
  /** Of a target in absolute form, which outranks the header Host (RFC 9112, 3.2.2); else undefined. */
  readonly authority: string | undefined;
  /** As it was sent, from `/` on, with its query. */
  readonly raw: string;
  /** As it was sent, `?` included; '' without one. */
  readonly query: string;
  /** As rules are compared with it. */
  readonly path: string;
}

/** undefined: no server could tell which path is meant. */
export function targetOf(url: string): RequestTarget | undefined {
  const absolute = /^https?:\/\/([^/?#]*)(.*)$/i.exec(url);
  const rest = absolute ? (absolute[2] ?? '') : url;
  const raw = absolute && !rest.startsWith('/') ? `/${rest}` : rest;
  if (!raw.startsWith('/') || raw.includes('#')) return undefined;
  const mark = raw.indexOf('?');
  const path = normalPath(mark < 0 ? raw : raw.slice(0, mark));
  if (path === undefined) return undefined;
  return { authority: absolute?.[1], raw, query: mark < 0 ? '' : raw.slice(mark), path };
}

/**
 * A path as rules are compared with it, decoded once, without dot segments and repeated slashes: a backend would read
 * `/public/%2e%2e/admin` as `/admin`, and the rule of that path has to hold. undefined: it is malformed or leads above the root (as nginx).
 */
export function normalPath(raw: string): string | undefined {
  if (!/%|\/[./]/.test(raw)) return raw;
  const decoded = decode(raw);
  if (decoded === undefined || decoded.includes('\0')) return undefined;
  const kept: string[] = [];
  const segments = decoded.split('/');
  const last = segments.at(-1);
  for (const segment of segments) {
    if (segment === '' || segment === '.') continue;
    if (segment !== '..') kept.push(segment);
    else if (kept.pop() === undefined) return undefined;
  }
  const isFolder = last === '' || last === '.' || last === '..';
  return `/${kept.join('/')}${isFolder && kept.length > 0 ? '/' : ''}`;
}

function decode(raw: string): string | undefined {
  if (!raw.includes('%')) return raw;
  try {
    return decodeURIComponent(raw);
  } catch {
    // Bytes that are no UTF-8 are legal; a broken escape is not.
    return /%(?![\da-f]{2})/i.test(raw)
      ? undefined
      : raw.replace(/%([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  }
}

export interface Authority {
  /** Lower case, without brackets and a final dot. */
  readonly host: string;
  readonly port: number | undefined;
}

/** `HOST`, `HOST:PORT`, `[IPV6]:PORT`; undefined for anything else. */
export function parseAuthority(text: string): Authority | undefined {
  const match = /^(?:\[([\da-f:.]+)\]|([\w.-]+))(?::(\d{1,5}))?$/i.exec(text);
  if (!match) return undefined;
  const host = (match[1] ?? match[2] ?? '').toLowerCase().replace(/\.$/, '');
  return { host, port: match[3] === undefined ? undefined : Number(match[3]) };
}

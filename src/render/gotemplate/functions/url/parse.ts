import { isIPv6 } from 'node:net';
import { binaryOf, textOfBinary } from '../../bytewise.ts';
import { quote } from '../../format/quote.ts';
import { GoError } from '../../values.ts';
import { unescapePart } from './escape.ts';

/** The parts of net/url's URL that sprig shows. Texts are binary: a character for each byte. */
export interface Url {
  readonly scheme: string;
  readonly opaque: string;
  readonly user: Userinfo | undefined;
  readonly host: string;
  readonly path: string;
  readonly query: string;
  readonly fragment: string;
}

export interface Userinfo {
  readonly name: string;
  readonly password: string | undefined;
}

/** url.Parse. @throws GoError `parse "a:b": first path segment in URL cannot contain colon` */
export function parseUrl(text: string): Url {
  const binary = binaryOf(text);
  const [main, fragment] = cut(binary, '#');
  const url = explaining(main, () => parseMain(main));
  return { ...url, fragment: explaining(binary, () => unescapePart(fragment, 'fragment')) };
}

function explaining<T>(url: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof GoError)) throw error;
    throw new GoError(`parse ${quote(textOfBinary(url))}: ${error.message}`);
  }
}

/** strings.Cut: what is before the first separator, and what is behind it. */
function cut(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

const NOTHING: Url = { scheme: '', opaque: '', user: undefined, host: '', path: '', query: '', fragment: '' };
const CONTROL = /[\0- \x7f]/;

function parseMain(text: string): Url {
  if ([...text].some((character) => character !== ' ' && CONTROL.test(character)))
    throw new GoError('net/url: invalid control character in URL');
  if (text === '*') return { ...NOTHING, path: '*' };
  const { scheme, behind } = splitScheme(text);
  const [rest, query] = cut(behind, '?');
  if (!rest.startsWith('/') && scheme !== '') return { ...NOTHING, scheme, query, opaque: rest };
  if (!rest.startsWith('/') && cut(rest, '/')[0].includes(':'))
    throw new GoError('first path segment in URL cannot contain colon');
  const hasAuthority = rest.startsWith('//') && (scheme !== '' || !rest.startsWith('///'));
  if (!hasAuthority) return { ...NOTHING, scheme, query, path: unescapePart(rest, 'path') };
  const slash = rest.indexOf('/', 2);
  const authority = rest.slice(2, slash < 0 ? undefined : slash);
  const { user, host } = parseAuthority(scheme, authority);
  return {
    ...NOTHING,
    scheme,
    query,
    user,
    host,
    path: unescapePart(rest.slice(2 + authority.length), 'path'),
  };
}

function splitScheme(text: string): { readonly scheme: string; readonly behind: string } {
  if (text.startsWith(':')) throw new GoError('missing protocol scheme');
  const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(text)?.[1];
  if (scheme === undefined) return { scheme: '', behind: text };
  return { scheme: scheme.toLowerCase(), behind: text.slice(scheme.length + 1) };
}

const USERINFO = /^[\w.:~!$&'()*+,;=%@-]*$/;

function parseAuthority(scheme: string, authority: string): Pick<Url, 'user' | 'host'> {
  const at = authority.lastIndexOf('@');
  const host = parseHost(scheme, authority.slice(at + 1));
  if (at < 0) return { user: undefined, host };
  const userinfo = authority.slice(0, at);
  if (!USERINFO.test(userinfo)) throw new GoError('net/url: invalid userinfo');
  const [name, password] = cut(userinfo, ':').map((part) => unescapePart(part, 'user'));
  return { host, user: { name: name ?? '', password: userinfo.includes(':') ? password : undefined } };
}

function parseHost(scheme: string, host: string): string {
  const bracket = host.lastIndexOf('[');
  if (bracket > 0) throw new GoError('invalid IP-literal');
  if (bracket === 0) return parseAddress(host);
  const colon = host.indexOf(':');
  if (colon >= 0) checkPort(host.slice(isWeb(scheme) ? colon : host.lastIndexOf(':')));
  return unescapePart(host, 'host');
}

/** Only their hosts may have no colon but that of the port. */
const isWeb = (scheme: string): boolean => scheme === 'http' || scheme === 'https';

/** `[::1]:80` */
function parseAddress(host: string): string {
  const end = host.lastIndexOf(']');
  if (end < 0) throw new GoError("missing ']' in host");
  const port = host.slice(end + 1);
  checkPort(port);
  const zone = host.slice(1, end).indexOf('%25') + 1;
  const address =
    zone > 0
      ? unescapePart(host.slice(1, zone), 'host') + unescapePart(host.slice(zone, end), 'zone')
      : unescapePart(host.slice(1, end), 'host');
  checkAddress(address);
  return `[${address}]${port}`;
}

function checkAddress(address: string): void {
  if (isIPv6(address)) return;
  if (/^[0-9]+(?:\.[0-9]+){3}$/.test(address)) throw new GoError('invalid IP-literal');
  throw new GoError(`invalid host: ParseAddr(${quote(textOfBinary(address))}): unable to parse IP`);
}

export const isPort = (text: string): boolean => /^(?::[0-9]*)?$/.test(text);

function checkPort(port: string): void {
  if (!isPort(port)) throw new GoError(`invalid port ${quote(textOfBinary(port))} after host`);
}

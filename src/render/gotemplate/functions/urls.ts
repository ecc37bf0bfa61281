import { binaryOf, textOfBinary } from '../bytewise.ts';
import { type FunctionTable, GoError, type GoMap, type Value } from '../values.ts';
import { define } from './define.ts';
import { kindName } from './texts.ts';
import { escapePart } from './url/escape.ts';
import { isPort, parseUrl, type Userinfo } from './url/parse.ts';

function explaining<T>(what: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof GoError)) throw error;
    throw new GoError(`unable to parse ${what}: ${error.message}`);
  }
}

const userText = ({ name, password }: Userinfo): string =>
  escapePart(name, 'user') + (password === undefined ? '' : `:${escapePart(password, 'user')}`);

/** The host without a port, and without the brackets around an IPv6 address. */
function hostname(host: string): string {
  const colon = host.lastIndexOf(':');
  const name = colon >= 0 && isPort(host.slice(colon)) ? host.slice(0, colon) : host;
  return name.startsWith('[') && name.endsWith(']') ? name.slice(1, -1) : name;
}

function urlParse(text: string): GoMap {
  const url = explaining('url', () => parseUrl(text));
  const parts = {
    scheme: url.scheme,
    host: url.host,
    hostname: hostname(url.host),
    path: url.path,
    query: url.query,
    opaque: url.opaque,
    fragment: url.fragment,
    userinfo: url.user ? userText(url.user) : '',
  };
  return new Map(Object.entries(parts).map(([name, part]): [string, Value] => [name, textOfBinary(part)]));
}

function partOf(dict: GoMap, key: string): string {
  const part = dict.get(key);
  if (part === undefined) return '';
  if (typeof part === 'string') return binaryOf(part);
  throw new GoError(`unable to parse ${key} key, must be of type string, but ${kindName(part)} found`);
}

function userOf(dict: GoMap): string | undefined {
  const userinfo = partOf(dict, 'userinfo');
  if (userinfo === '') return undefined;
  const { user } = explaining('userinfo in dict', () => parseUrl(`proto://${textOfBinary(userinfo)}@host`));
  return user && userText(user);
}

/** URL.String of net/url. */
function urlJoin(dict: GoMap): string {
  const [scheme = '', host = '', path = '', query = '', opaque = '', fragment = ''] = [
    'scheme',
    'host',
    'path',
    'query',
    'opaque',
    'fragment',
  ].map((key) => partOf(dict, key));
  const user = userOf(dict);
  const prefix = scheme === '' ? '' : `${scheme}:`;
  const middle = opaque || authorityAndPath({ hasScheme: scheme !== '', user, host, path });
  const tail = (query && `?${query}`) + (fragment && `#${escapePart(fragment, 'fragment')}`);
  return textOfBinary(prefix + middle + tail);
}

interface Located {
  readonly hasScheme: boolean;
  readonly user: string | undefined;
  readonly host: string;
  readonly path: string;
}

function authorityAndPath({ hasScheme, user, host, path }: Located): string {
  const named = host !== '' || user !== undefined;
  const slashes = named || (hasScheme && path !== '') ? '//' : '';
  const authority = slashes + (user === undefined ? '' : `${user}@`) + escapePart(host, 'host');
  const escaped = path === '*' ? path : escapePart(path, 'path');
  if (escaped !== '' && !escaped.startsWith('/') && host !== '') return `${authority}/${escaped}`;
  // Or else the colon would end a scheme.
  const dotted = !hasScheme && authority === '' && /^[^/]*:/.test(escaped);
  return authority + (dotted ? './' : '') + escaped;
}

export const URLS: FunctionTable = {
  urlParse: define(['string'], ([text]) => urlParse(text)),
  urlJoin: define(['map[string]interface {}'], ([dict]) => urlJoin(dict)),
};

import { parseUrl, type Url } from '../../values/url.ts';
import { traversal } from '../cost.ts';
import { type Overload, overload } from '../overload.ts';
import { opaqueType } from '../types.ts';
import { EntryMap, fail, listOfValues, Opaque, type Value } from '../values.ts';
import { nominal } from './quantities.ts';

const TYPE = opaqueType('kubernetes.URL');

class UrlValue extends Opaque {
  readonly type = TYPE;
  readonly text: string;
  readonly url: Url;

  constructor(text: string, url: Url) {
    super();
    this.text = text;
    this.url = url;
  }

  equals(other: Opaque): boolean {
    return other instanceof UrlValue && other.text === this.text;
  }
}

function parse(text: string): Value {
  const url = parseUrl(text);
  return url
    ? new UrlValue(text, url)
    : fail(`URL parse error during conversion from string: parse "${text}": invalid URI for request`);
}

const of = (value: Value | undefined): Url => (value as UrlValue).url;
const hostname = (host: string): string =>
  host.startsWith('[') ? host.slice(1, host.indexOf(']')) : host.replace(/:\d*$/, '');
const port = (host: string): string => /:(\d*)$/.exec(host)?.[1] ?? '';

/** What a path may not hold is escaped; what is escaped stays so. */
const escapedPath = (path: string): string =>
  path.replace(/[^A-Za-z0-9\-_.~$&+,/:;=@!'()*%[\]]/gu, encodeURIComponent);

function query(text: string): Value {
  const values = new Map<string, string[]>();
  for (const [key, value] of new URLSearchParams(text)) values.set(key, [...(values.get(key) ?? []), value]);
  let map = new EntryMap();
  for (const [key, found] of values) {
    const next = map.insert(key, listOfValues(found));
    if (next instanceof EntryMap) map = next;
  }
  return map;
}

/** Kubernetes' URLs (`library/urls.go`). */
export const URLS: readonly Overload[] = [
  overload('url(string) kubernetes.URL', ([text]) => parse(text as string), traversal(0, undefined, true)),
  overload('isURL(string) bool', ([text]) => parseUrl(text as string) !== undefined),
  overload('kubernetes.URL::getScheme() string', ([url]) => of(url).scheme, nominal),
  overload('kubernetes.URL::getHost() string', ([url]) => of(url).host, nominal),
  overload('kubernetes.URL::getHostname() string', ([url]) => hostname(of(url).host), nominal),
  overload('kubernetes.URL::getPort() string', ([url]) => port(of(url).host), nominal),
  overload('kubernetes.URL::getEscapedPath() string', ([url]) => escapedPath(of(url).path), nominal),
  overload('kubernetes.URL::getQuery() map<string, list<string>>', ([url]) => query(of(url).query), nominal),
];

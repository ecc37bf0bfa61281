import type {
  HTTPHeaderFilter,
  HTTPPathModifier,
  HTTPRouteFilter,
  HTTPRouteRule,
} from '../../../../kube/kinds/gateways/objects.ts';
import { isChangeable } from '../headers.ts';
import type { HeaderChanges, PathChange, Policy } from '../policy.ts';
import type { PathMatch } from '../table.ts';

/** What filters make of the requests of a match; a sentence where they cannot be done: then nothing may be forwarded without them. */
export function readFilters(filters: readonly HTTPRouteFilter[], match: PathMatch): Partial<Policy> | string {
  let policy: Partial<Policy> = {};
  for (const filter of filters) {
    const read = readFilter(filter, match);
    if (typeof read === 'string') return read;
    policy = joined(policy, read);
  }
  return policy;
}

/** Changes of headers follow each other, of the rest the latter counts. */
export function joined<T extends Partial<Policy>>(before: T, after: Partial<Policy>): T {
  const lists = (key: 'requestHeaders' | 'responseHeaders') => {
    const all = [...(before[key] ?? []), ...(after[key] ?? [])];
    return all.length > 0 ? { [key]: all } : {};
  };
  return { ...before, ...after, ...lists('requestHeaders'), ...lists('responseHeaders') };
}

function readFilter(filter: HTTPRouteFilter, match: PathMatch): Partial<Policy> | string {
  const { type, requestHeaderModifier, responseHeaderModifier, requestRedirect, urlRewrite } = filter;
  switch (type) {
    case 'RequestHeaderModifier':
      return when(readHeaders(requestHeaderModifier), (one) => ({ requestHeaders: [one] }));
    case 'ResponseHeaderModifier':
      return when(readHeaders(responseHeaderModifier), (one) => ({ responseHeaders: [one] }));
    case 'RequestRedirect': {
      const { scheme, hostname, path, port, statusCode = 302 } = requestRedirect ?? {};
      if (scheme !== undefined && scheme !== 'http' && scheme !== 'https')
        return `a redirect to the scheme ${scheme} is not done here`;
      return {
        redirection: {
          status: statusCode,
          ...(scheme === undefined ? {} : { scheme }),
          ...(hostname === undefined ? {} : { host: hostname }),
          ...(port === undefined ? {} : { port }),
          ...(path === undefined ? {} : { path: readPath(path, match) }),
        },
      };
    }
    case 'URLRewrite': {
      const { hostname, path } = urlRewrite ?? {};
      return {
        ...(hostname === undefined ? {} : { upstreamHost: hostname }),
        ...(path === undefined ? {} : { path: readPath(path, match) }),
      };
    }
    default:
      return `the filter ${type} is not done here`;
  }
}

const when = <T>(read: T | string, then: (value: T) => Partial<Policy>): Partial<Policy> | string =>
  typeof read === 'string' ? read : then(read);

/** The definition lets a prefix be replaced only where one is matched. */
const readPath = (
  { type, replaceFullPath = '', replacePrefixMatch = '' }: HTTPPathModifier,
  match: PathMatch,
): PathChange =>
  type === 'ReplaceFullPath'
    ? { type: 'full', to: replaceFullPath.startsWith('/') ? replaceFullPath : `/${replaceFullPath}` }
    : { type: 'prefix', prefix: match.path, to: replacePrefixMatch };

function readHeaders({ set = [], add = [], remove = [] }: HTTPHeaderFilter = {}): HeaderChanges | string {
  const names = [...set.map(({ name }) => name), ...add.map(({ name }) => name), ...remove];
  const kept = names.find((name) => !isChangeable(name.toLowerCase()));
  if (kept !== undefined) return `the header ${kept} is not changed by a filter here`;
  return {
    set: Object.fromEntries([...set].reverse().map(({ name, value }) => [name.toLowerCase(), value])),
    add: add.map(({ name, value }) => [name.toLowerCase(), value]),
    remove: remove.map((name) => name.toLowerCase()),
  };
}

/** Where a time is absent, the ingress' own time-outs hold; 0 is none. */
export function readTimeouts({ timeouts = {} }: HTTPRouteRule): Partial<Policy> {
  const request = milliseconds(timeouts.request);
  const backend = milliseconds(timeouts.backendRequest);
  // Whoever says how long it may take has said how long the ingress may wait for the next piece.
  const longest = Math.max(request ?? 0, backend ?? 0);
  return {
    ...(request ? { requestMs: request } : {}),
    ...(backend ? { attemptMs: backend } : {}),
    ...(longest > 0 ? { readMs: longest, sendMs: longest } : {}),
  };
}

const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };

/** `1m30s` (GEP-2257); the definition has checked its form. */
function milliseconds(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const parts = [...text.matchAll(/(\d{1,5})(ms|h|m|s)/g)];
  return parts.reduce((sum, [, count = '0', unit = 's']) => sum + Number(count) * (UNITS[unit] ?? 0), 0);
}

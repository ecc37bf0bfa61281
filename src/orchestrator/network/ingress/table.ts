/**
 * Where HTTP requests go, as plain values that know no kind of Kubernetes: Ingresses are one source of such a table
 * (`rules.ts`), other sources may join it.
 */
import type { Policy } from './policy.ts';

/** Paths are compared as `normalPath` gives them. A prefix counts by whole elements: `/a` is one of `/a/b`, not of `/ab`. */
export type PathMatch = { readonly type: 'exact' | 'prefix'; readonly path: string } | PatternMatch;

/** RE2, from the beginning of the path, whatever the case, as nginx's `location ~*`. */
export interface PatternMatch {
  readonly type: 'pattern';
  readonly path: string;
  readonly captures: Captures;
  /** Instructions, each of which looks at each character of a path. */
  readonly cost: number;
}

/** What the groups of a pattern hold, the whole match first; undefined: the path does not match. */
export type Captures = (path: string) => readonly string[] | undefined;

/** A port of a Service, or why there is none. */
export type Target =
  | { readonly type: 'port'; readonly namespace: string; readonly service: string; readonly portName: string }
  /** `status`: what a client is told then; 503 where it is absent. */
  | { readonly type: 'missing'; readonly why: string; readonly status?: number };

/** A part of the requests of a rule. */
export interface Share {
  /** How many of the sum of all weights. */
  readonly weight: number;
  readonly target: Target;
  readonly policy: Policy;
}

export type Action =
  | { readonly type: 'forward'; readonly target: Target; readonly policy: Policy }
  /** Each request has one of them, as `shareOf` draws it. */
  | { readonly type: 'split'; readonly shares: readonly Share[] }
  | { readonly type: 'say'; readonly status: number; readonly text: string }
  /** Who asked for protection that cannot be given is not served without it. */
  | { readonly type: 'refuse'; readonly why: string };

/** The value of a header or of a parameter of the query. */
export interface ValueMatch {
  /** Of a header: lower case. */
  readonly name: string;
  readonly test: (value: string) => boolean;
}

/** What a request has to have besides its path. */
export interface Conditions {
  readonly method?: string;
  readonly headers: readonly ValueMatch[];
  readonly query: readonly ValueMatch[];
}

export type Face = 'http' | 'https';

export interface Rule {
  /** '': any; `*.example.com`: names with one label more, `**.example.com`: with one or more. Lower case. */
  readonly host: string;
  /** Where it is served; absent: on both. */
  readonly face?: Face;
  readonly match: PathMatch;
  readonly conditions?: Conditions;
  readonly action: Action;
  /** Whose rule it is, for people: `shop/web`. */
  readonly owner: string;
}

/** What serves a host where none of its rules matches; '': any host that has no rules. */
export interface Fallback {
  readonly host: string;
  readonly action: Action;
  readonly owner: string;
}

interface HostRules {
  /** Those that come first win. */
  readonly rules: readonly Rule[];
  readonly fallback: Fallback | undefined;
}

/** By host; '' is any other. */
export type HostTable = ReadonlyMap<string, HostRules>;
/** Of requests in the clear, and of those over TLS. */
export type FaceTables = Readonly<Record<Face, HostTable>>;

/** What a request is for. */
export interface Asked {
  /** Lower case, without a port. */
  readonly host: string;
  /** As `normalPath` gives it. */
  readonly path: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** `?` included; '' without one. */
  readonly query?: string;
}

export interface Found {
  readonly action: Action;
  readonly owner: string;
  /** What a pattern holds; of other matches the path alone. */
  readonly captures: readonly string[];
}

/** The table of these rules. Of two for the same requests the one that stands first counts. */
export function hostTable(rules: readonly Rule[], fallbacks: readonly Fallback[]): HostTable {
  const byHost = new Map<string, Rule[]>(fallbacks.map(({ host }) => [host, []]));
  for (const rule of rules) {
    const known = byHost.get(rule.host);
    if (known) known.push(rule);
    else byHost.set(rule.host, [rule]);
  }
  const first = new Map([...fallbacks].reverse().map((one) => [one.host, one]));
  return new Map(
    [...byHost].map(([host, own]) => [host, { rules: own.sort(byPrecedence), fallback: first.get(host) }]),
  );
}

export const faceTables = (rules: readonly Rule[], fallbacks: readonly Fallback[]): FaceTables => {
  const on = (face: Face) =>
    hostTable(
      rules.filter((rule) => (rule.face ?? face) === face),
      fallbacks,
    );
  return { http: on('http'), https: on('https') };
};

/**
 * Exact paths first, then longer ones (Kubernetes "Ingress", "Multiple matches"), then those that name a method, more headers, more of the
 * query (Gateway API, HTTPRouteRule.matches); the sort keeps the order of equals.
 */
function byPrecedence({ match: a, conditions: ca }: Rule, { match: b, conditions: cb }: Rule): number {
  const isExact = Number(b.type === 'exact') - Number(a.type === 'exact');
  if (isExact !== 0) return isExact;
  const longer = a.type === 'exact' ? 0 : stripped(b.path).length - stripped(a.path).length;
  if (longer !== 0) return longer;
  return (
    Number(cb?.method !== undefined) - Number(ca?.method !== undefined) ||
    (cb?.headers.length ?? 0) - (ca?.headers.length ?? 0) ||
    (cb?.query.length ?? 0) - (ca?.query.length ?? 0)
  );
}

const stripped = (path: string): string => (path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path);

/**
 * The rule for a request; undefined: nobody serves it. The most specific host that the table has decides alone: a path that it does not
 * serve is not looked for under a wildcard or under any host (as ingress-nginx, which has a server per host).
 */
export function route(table: HostTable, asked: Asked): Found | undefined {
  const { host, path } = asked;
  const known = forHost(table, host) ?? table.get('');
  let parsed: URLSearchParams | undefined;
  const query = () => {
    parsed ??= new URLSearchParams(asked.query);
    return parsed;
  };
  for (const { match, conditions, action, owner } of known?.rules ?? []) {
    const captures = matched(match, path);
    if (captures && (!conditions || meets(conditions, asked, query))) return { action, owner, captures };
  }
  const fallback = known?.fallback ?? table.get('')?.fallback;
  return fallback && { action: fallback.action, owner: fallback.owner, captures: [path] };
}

/** What is kept for a name, or for the narrowest wildcard that stands for it. */
export function forHost<T>(byHost: ReadonlyMap<string, T>, host: string): T | undefined {
  const own = byHost.get(host) ?? byHost.get(wildcardOf(host));
  if (own !== undefined) return own;
  for (let dot = host.indexOf('.'); dot > 0; dot = host.indexOf('.', dot + 1)) {
    const wider = byHost.get(`**${host.slice(dot)}`);
    if (wider !== undefined) return wider;
  }
  return undefined;
}

function meets({ method, headers, query }: Conditions, asked: Asked, parsed: () => URLSearchParams): boolean {
  const given = asked.headers ?? {};
  if (method !== undefined && method !== asked.method) return false;
  const has = ({ name, test }: ValueMatch) => {
    // Every object has a `constructor`, and none that a client has sent.
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    return value !== undefined && test(typeof value === 'string' ? value : value.join(', '));
  };
  if (!headers.every(has)) return false;
  return query.every(({ name, test }) => {
    const value = parsed().get(name);
    return value !== null && test(value);
  });
}

/** `roll` is in [0, 1); undefined: no share has any weight. */
export function shareOf(shares: readonly Share[], roll: number): Share | undefined {
  let left = roll * shares.reduce((sum, { weight }) => sum + weight, 0);
  return shares.find(({ weight }) => {
    left -= weight;
    return weight > 0 && left < 0;
  });
}

/** A wildcard stands for the first label alone. */
export const wildcardOf = (host: string): string => {
  const dot = host.indexOf('.');
  return dot < 1 ? '*' : `*${host.slice(dot)}`;
};

export function matched(match: PathMatch, path: string): readonly string[] | undefined {
  if (match.type === 'pattern') return match.captures(path);
  if (match.type === 'exact') return match.path === path ? [path] : undefined;
  const prefix = match.path.endsWith('/') ? match.path.slice(0, -1) : match.path;
  return path === prefix || path.startsWith(`${prefix}/`) ? [path] : undefined;
}

/** Whether two rules are for the same requests. */
export const conflictKey = (host: string, { type, path }: PathMatch): string =>
  `${host} ${type} ${type === 'prefix' ? stripped(path) : path}`;

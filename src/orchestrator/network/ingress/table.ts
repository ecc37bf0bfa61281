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
  | { readonly type: 'missing'; readonly why: string };

export type Action =
  | { readonly type: 'forward'; readonly target: Target; readonly policy: Policy }
  /** Who asked for protection that cannot be given is not served without it. */
  | { readonly type: 'refuse'; readonly why: string };

export interface Rule {
  /** '': any; `*.example.com`: names with one label more. Lower case. */
  readonly host: string;
  readonly match: PathMatch;
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

/** What a request is for. */
export interface Asked {
  /** Lower case, without a port. */
  readonly host: string;
  /** As `normalPath` gives it. */
  readonly path: string;
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

/** Exact paths first, then longer ones (Kubernetes "Ingress", "Multiple matches"); the sort keeps the order of equals. */
function byPrecedence({ match: a }: Rule, { match: b }: Rule): number {
  if (a.type === 'exact' || b.type === 'exact')
    return Number(b.type === 'exact') - Number(a.type === 'exact');
  return stripped(b.path).length - stripped(a.path).length;
}

const stripped = (path: string): string => (path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path);

/**
 * The rule for a request; undefined: nobody serves it. The most specific host that the table has decides alone: a path that it does not
 * serve is not looked for under a wildcard or under any host (as ingress-nginx, which has a server per host).
 */
export function route(table: HostTable, { host, path }: Asked): Found | undefined {
  const known = table.get(host) ?? table.get(wildcardOf(host)) ?? table.get('');
  for (const { match, action, owner } of known?.rules ?? []) {
    const captures = matched(match, path);
    if (captures) return { action, owner, captures };
  }
  const fallback = known?.fallback ?? table.get('')?.fallback;
  return fallback && { action: fallback.action, owner: fallback.owner, captures: [path] };
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

import { type Cidr, cidrContains } from '../../../base/cidr.ts';
import { isMappedIpv4, parseIp } from '../../../base/ip.ts';
import { corsHeaders, preflightHeaders } from './cors.ts';
import type { Authority, RequestTarget } from './paths.ts';
import { rewritten } from './patterns.ts';
import type { HeaderChanges, PathChange, Policy, Redirection } from './policy.ts';
import { type Face, type Found, type HostTable, route, shareOf, type Target } from './table.ts';

/** What a request says of itself. */
export interface RequestFacts {
  readonly method: string;
  readonly isSecure: boolean;
  readonly authority: Authority;
  /** The header Host, as it was sent. */
  readonly hostHeader: string;
  readonly target: RequestTarget;
  /** Address of the client. */
  readonly client: string;
  readonly origin: string | undefined;
  /** Bytes of the body, where it says so. */
  readonly declared: number | undefined;
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** In [0, 1), drawn for this request: where a rule has several backends, it says which one. */
  readonly roll: number;
}

/** Where both faces listen. */
export interface FacePorts {
  readonly http: number | undefined;
  readonly https: number | undefined;
}

export interface Answer {
  readonly type: 'answer';
  readonly status: number;
  /** One line; '' where there is nothing to say. */
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Forward {
  readonly type: 'forward';
  readonly target: Extract<Target, { type: 'port' }>;
  readonly policy: Policy;
  /** What the backend is asked for, the query included. */
  readonly path: string;
  /** Headers of the answer, instead of those of the backend. */
  readonly headers: Readonly<Record<string, string>>;
  /** What else becomes of the headers of the answer, one after the other. */
  readonly changes?: readonly HeaderChanges[];
  readonly owner: string;
}

export const answer = (
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): Answer => ({
  type: 'answer',
  status,
  text,
  headers,
});

/** What becomes of a request, before anybody is asked who sends it: in the order of nginx's phases, redirects first. */
export function decide(table: HostTable, facts: RequestFacts, ports: FacePorts): Answer | Forward {
  const { authority, target, method, headers } = facts;
  const { host } = authority;
  const found = route(table, { host, path: target.path, query: target.query, method, headers });
  if (!found)
    return answer(404, `no Ingress serves ${host || 'requests without a host'}${shown(target.path)}`);
  const { action } = found;
  if (action.type === 'refuse') return answer(503, action.why);
  if (action.type === 'say') return answer(action.status, action.text);
  const chosen = action.type === 'split' ? shareOf(action.shares, facts.roll) : action;
  if (!chosen) return answer(500, 'no backend has any weight');
  const { policy } = chosen;
  return (
    redirected(policy, facts, ports) ??
    preflight(policy, facts) ??
    refused(policy, facts) ??
    forwarded(chosen.target, found, policy, facts)
  );
}

const shown = (path: string): string => (path.length > 100 ? `${path.slice(0, 100)}…` : path);

function redirected(policy: Policy, facts: RequestFacts, ports: FacePorts): Answer | undefined {
  const to = (status: number, location: string) => answer(status, '', { location });
  if (policy.toHttps && !facts.isSecure && ports.https !== undefined) return to(308, httpsUrl(facts, ports));
  if (policy.redirect) return to(policy.redirect.status, policy.redirect.to);
  if (policy.redirection)
    return to(policy.redirection.status, redirectionUrl(policy.redirection, facts, ports));
  if (policy.appRoot !== undefined && facts.target.path === '/') return to(302, policy.appRoot);
  return undefined;
}

/** A client that came by our own port finds the other one; one that came by a port that leads here finds the usual one beside it. */
function httpsUrl(
  { authority: { host, port = 80 }, target: { raw } }: RequestFacts,
  { http, https }: FacePorts,
): string {
  const name = host.includes(':') ? `[${host}]` : host;
  const isOurs = port === http && https !== 443;
  return `https://${name}${isOurs ? `:${https}` : ''}${raw}`;
}

/**
 * Gateway API, HTTPRequestRedirectFilter: what it does not name stays as the client has it. The usual port of a scheme stands for our own one
 * where the client has come by our own.
 */
function redirectionUrl(to: Redirection, facts: RequestFacts, ports: FacePorts): string {
  const { authority, target, isSecure } = facts;
  const came: Face = isSecure ? 'https' : 'http';
  const scheme = to.scheme ?? came;
  const host = to.host ?? authority.host;
  const isOurs = (authority.port ?? USUAL[came]) === ports[came];
  const usual = isOurs ? (ports[scheme] ?? USUAL[scheme]) : USUAL[scheme];
  const own = to.scheme === undefined ? (authority.port ?? USUAL[came]) : usual;
  const port = to.port === undefined ? own : to.port === USUAL[scheme] ? usual : to.port;
  const path = to.path ? `${encodedPath(changedPath(to.path, target.path))}${target.query}` : target.raw;
  const name = host.includes(':') ? `[${host}]` : host;
  return `${scheme}://${name}${port === USUAL[scheme] ? '' : `:${port}`}${path}`;
}

const USUAL: Readonly<Record<Face, number>> = { http: 80, https: 443 };

/** `/` of a prefix that is replaced stands between both parts once, whatever either ends with. */
export function changedPath(change: PathChange, path: string): string {
  if (change.type === 'full') return change.to;
  const stripped = (text: string) => text.replace(/\/$/, '');
  const rest = path.slice(stripped(change.prefix).length);
  return rest === '' ? change.to || '/' : `${stripped(change.to)}${rest}`;
}

function preflight({ cors }: Policy, { method, origin }: RequestFacts): Answer | undefined {
  if (!cors || method !== 'OPTIONS') return undefined;
  return answer(204, '', { ...corsHeaders(cors, origin), ...preflightHeaders(cors) });
}

function refused(
  { allow, deny, largestBody }: Policy,
  { client, declared = 0 }: RequestFacts,
): Answer | undefined {
  const address = addressOf(client);
  const isIn = (ranges: readonly Cidr[]) =>
    address !== undefined && ranges.some((range) => cidrContains(range, address));
  if ((allow && !isIn(allow)) || (deny && (address === undefined || isIn(deny))))
    return answer(403, `${client} may not ask for this`);
  // 0: any size.
  return largestBody > 0 && declared > largestBody ? tooLarge(largestBody) : undefined;
}

export const tooLarge = (largest: number): Answer => answer(413, `the body is larger than ${largest} bytes`);

function addressOf(client: string): readonly number[] | undefined {
  const bytes = parseIp(client);
  return bytes && isMappedIpv4(bytes) ? bytes.slice(12) : bytes;
}

function forwarded(
  target: Target,
  { captures, owner }: Found,
  policy: Policy,
  { target: { raw, query, path: plain }, origin }: RequestFacts,
): Answer | Forward {
  if (target.type === 'missing') return answer(target.status ?? 503, target.why);
  const changed =
    policy.rewrite === undefined
      ? policy.path && changedPath(policy.path, plain)
      : rewritten(policy.rewrite, captures);
  const path = changed === undefined ? raw : `${encodedPath(changed)}${query}`;
  return {
    type: 'forward',
    target,
    policy,
    path,
    headers: policy.cors ? corsHeaders(policy.cors, origin) : {},
    ...(policy.responseHeaders ? { changes: policy.responseHeaders } : {}),
    owner,
  };
}

/** Captures come from a decoded path: nothing of it may end the request line. */
const encodedPath = (path: string): string =>
  path.replace(/[^\w\-.~!$&'()*+,;=:@/]/gu, (character) => encodeURIComponent(character));

import { type Cidr, cidrContains } from '../../../base/cidr.ts';
import { isMappedIpv4, parseIp } from '../../../base/ip.ts';
import { corsHeaders, preflightHeaders } from './cors.ts';
import type { Authority, RequestTarget } from './paths.ts';
import { rewritten } from './patterns.ts';
import type { Policy } from './policy.ts';
import { type Found, type HostTable, route, type Target } from './table.ts';

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
  const { authority, target } = facts;
  const found = route(table, { host: authority.host, path: target.path });
  if (!found)
    return answer(
      404,
      `no Ingress serves ${authority.host || 'requests without a host'}${shown(target.path)}`,
    );
  if (found.action.type === 'refuse') return answer(503, found.action.why);
  const { policy } = found.action;
  return (
    redirected(policy, facts, ports) ??
    preflight(policy, facts) ??
    refused(policy, facts) ??
    forwarded(found.action.target, found, policy, facts)
  );
}

const shown = (path: string): string => (path.length > 100 ? `${path.slice(0, 100)}…` : path);

function redirected(policy: Policy, facts: RequestFacts, ports: FacePorts): Answer | undefined {
  const to = (status: number, location: string) => answer(status, '', { location });
  if (policy.toHttps && !facts.isSecure && ports.https !== undefined) return to(308, httpsUrl(facts, ports));
  if (policy.redirect) return to(policy.redirect.status, policy.redirect.to);
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
  { target: { raw, query }, origin }: RequestFacts,
): Answer | Forward {
  if (target.type === 'missing') return answer(503, target.why);
  const path =
    policy.rewrite === undefined ? raw : `${encodedPath(rewritten(policy.rewrite, captures))}${query}`;
  return {
    type: 'forward',
    target,
    policy,
    path,
    headers: policy.cors ? corsHeaders(policy.cors, origin) : {},
    owner,
  };
}

/** Captures come from a decoded path: nothing of it may end the request line. */
const encodedPath = (path: string): string =>
  path.replace(/[^\w\-.~!$&'()*+,;=:@/]/gu, (character) => encodeURIComponent(character));

import type {
  Gateway,
  GatewayClass,
  HTTPRoute,
  HTTPRouteRule,
  Listener,
  ReferenceGrant,
} from '../../../../../src/kube/kinds/gateways/objects.ts';
import type { Namespace } from '../../../../../src/kube/kinds/objects.data.ts';
import {
  type Compiled,
  compileServed,
  type ServedObjects,
} from '../../../../../src/orchestrator/network/ingress/compile.ts';
import {
  type Answer,
  decide,
  type Forward,
  type RequestFacts,
} from '../../../../../src/orchestrator/network/ingress/decide.ts';
import {
  type GatewayObjects,
  NO_GATEWAYS,
  type Said,
} from '../../../../../src/orchestrator/network/ingress/gateway/objects.ts';
import { facts, objects, PORTS } from '../notation.ts';

const API = 'gateway.networking.k8s.io/v1';

const metadata = (name: string, namespace: string, age = 0) => ({
  name,
  namespace,
  uid: `${namespace}-${name}`,
  generation: 1,
  creationTimestamp: new Date(Date.UTC(2026, 0, 1, 0, 0, age)).toISOString().replace('.000', ''),
});

export const gatewayClass = (name = 'pilotage', controllerName = 'pilotage.dev/gateway'): GatewayClass => ({
  apiVersion: API,
  kind: 'GatewayClass',
  metadata: { name, generation: 1 },
  spec: { controllerName },
});

export const http = (rest: Partial<Listener> = {}): Listener => ({
  name: 'http',
  port: 80,
  protocol: 'HTTP',
  ...rest,
});

/** With the certificate of a Secret. */
export const https = (secretName: string, rest: Partial<Listener> = {}): Listener => ({
  name: 'https',
  port: 443,
  protocol: 'HTTPS',
  tls: { certificateRefs: [{ name: secretName }] },
  ...rest,
});

export const gateway = (
  listeners: readonly Listener[] = [http()],
  spec: Partial<Gateway['spec']> = {},
): Gateway => ({
  apiVersion: API,
  kind: 'Gateway',
  metadata: metadata('edge', 'shop'),
  spec: { gatewayClassName: 'pilotage', listeners, ...spec },
});

export interface RouteNotation {
  readonly name?: string;
  readonly namespace?: string;
  /** Seconds after the first. */
  readonly age?: number;
  readonly hosts?: readonly string[];
  readonly parent?: object;
  readonly rules: readonly (HTTPRouteRule | string)[];
}

/** A rule in short: `PATH SERVICE`, a prefix. */
export function route({
  name = 'web',
  namespace = 'shop',
  age = 0,
  hosts,
  parent,
  rules,
}: RouteNotation): HTTPRoute {
  return {
    apiVersion: API,
    kind: 'HTTPRoute',
    metadata: metadata(name, namespace, age),
    spec: {
      parentRefs: [{ name: 'edge', ...parent }],
      ...(hosts ? { hostnames: hosts } : {}),
      rules: rules.map((rule) => (typeof rule === 'string' ? shortRule(rule) : rule)),
    },
  };
}

function shortRule(text: string): HTTPRouteRule {
  const [value = '', service = ''] = text.split(' ');
  return { matches: [{ path: { type: 'PathPrefix', value } }], backendRefs: [to(service)] };
}

export const to = (name: string, rest: object = {}) => ({ name, port: 80, ...rest });

export const grant = (
  namespace: string,
  from: { kind: string; namespace: string },
  what: { group: string; kind: string; name?: string },
): ReferenceGrant => ({
  apiVersion: 'gateway.networking.k8s.io/v1beta1',
  kind: 'ReferenceGrant',
  metadata: { name: 'lets', namespace },
  spec: { from: [{ group: 'gateway.networking.k8s.io', ...from }], to: [what] },
});

export const namespace = (name: string, labels: Readonly<Record<string, string>> = {}): Namespace => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels },
});

/** With the class, a Gateway `edge` that serves HTTP, and a Service for each letter a to e. */
export const compiled = (given: Partial<GatewayObjects>, rest: Partial<ServedObjects> = {}): Compiled =>
  compileServed({
    ...objects(rest),
    gateways: { ...NO_GATEWAYS, classes: [gatewayClass()], gateways: [gateway()], ...given },
  });

/** What becomes of a request for `http://shop.test/a?b=c`. */
export const decided = (
  { tables }: Compiled,
  url: string,
  rest: Partial<RequestFacts> = {},
): Answer | Forward => decide(tables[url.startsWith('https') ? 'https' : 'http'], facts(url, rest), PORTS);

/** The Service that a request reaches, or the status that it is answered with. */
export function reached(all: Compiled, url: string, rest: Partial<RequestFacts> = {}): string | number {
  const decision = decided(all, url, rest);
  return decision.type === 'forward' ? decision.target.service : decision.status;
}

/** `Accepted=True Accepted`, by type. */
export const short = (conditions: readonly Said[] = []): readonly string[] =>
  conditions.map(({ type, status, reason }) => `${type}=${status} ${reason}`);

export const parentOf = ({ gateways }: Compiled, name = 'web', index = 0): readonly Said[] =>
  gateways.routes.find((one) => one.route.metadata.name === name)?.parents[index]?.conditions ?? [];

export const messageOf = (conditions: readonly Said[], type: string): string =>
  conditions.find((one) => one.type === type)?.message ?? '';

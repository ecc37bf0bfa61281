import type {
  Ingress,
  IngressClass,
  IngressTLS,
  Secret,
  Service,
} from '../../../../src/kube/kinds/objects.data.ts';
import type { FacePorts, RequestFacts } from '../../../../src/orchestrator/network/ingress/decide.ts';
import { parseAuthority, targetOf } from '../../../../src/orchestrator/network/ingress/paths.ts';
import type { IngressObjects } from '../../../../src/orchestrator/network/ingress/rules.ts';

export const NGINX = 'nginx.ingress.kubernetes.io/';

/** `HOST TYPE PATH SERVICE`, with `*` for any host; TYPE is Exact, Prefix or Specific. */
export type RuleText = string;

export interface IngressNotation {
  readonly name?: string;
  readonly namespace?: string;
  /** Seconds after the first. */
  readonly age?: number;
  readonly rules?: readonly RuleText[];
  readonly fallback?: string;
  readonly tls?: readonly IngressTLS[];
  readonly annotations?: Readonly<Record<string, string>>;
  /** null: names none. */
  readonly className?: string | null;
}

const backendOf = (service: string) => ({ service: { name: service, port: { number: 80 } } });

export function ingress(given: IngressNotation = {}): Ingress {
  const {
    name = 'web',
    namespace = 'shop',
    age = 0,
    rules = [],
    fallback,
    tls,
    annotations,
    className = 'pilotage',
  } = given;
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: {
      name,
      namespace,
      uid: `${namespace}-${name}`,
      creationTimestamp: new Date(Date.UTC(2026, 0, 1, 0, 0, age)).toISOString().replace('.000', ''),
      ...(annotations ? { annotations } : {}),
    },
    spec: {
      ...(className === null ? {} : { ingressClassName: className }),
      rules: rules.map((text) => {
        const [host = '', type = '', path = '', service = ''] = text.split(' ');
        const pathType = type === 'Specific' ? 'ImplementationSpecific' : type;
        return {
          ...(host === '*' ? {} : { host }),
          http: { paths: [{ path, pathType, backend: backendOf(service) }] },
        };
      }),
      ...(fallback === undefined ? {} : { defaultBackend: backendOf(fallback) }),
      ...(tls ? { tls } : {}),
    },
  };
}

export const ingressClass = (
  name: string,
  controller = 'pilotage.dev/ingress',
  isDefault = false,
): IngressClass => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'IngressClass',
  metadata: {
    name,
    ...(isDefault ? { annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' } } : {}),
  },
  spec: { controller },
});

export const service = (name: string, namespace = 'shop', spec: object = {}): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace, uid: `service-${namespace}-${name}` },
  spec: { clusterIP: '127.200.0.1', ports: [{ name: 'http', port: 80 }], ...spec },
});

/** Values are given as text. */
export const secret = (name: string, data: Readonly<Record<string, string>>, namespace = 'shop'): Secret => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace, uid: `secret-${name}` },
  data: Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
  ),
});

/** With a Service for each letter a to e in shop, and the class. */
export const objects = (given: Partial<IngressObjects>): IngressObjects => ({
  classes: [ingressClass('pilotage')],
  services: ['a', 'b', 'c', 'd', 'e'].map((name) => service(name)),
  secrets: [],
  ingresses: [],
  ...given,
});

export const PORTS: FacePorts = { http: 7081, https: 7444 };

/** A request of a client: `https://shop.test/a?b=c`. */
export function facts(url: string, rest: Partial<RequestFacts> = {}): RequestFacts {
  const [, scheme = '', hostHeader = '', raw = ''] = /^(https?):\/\/([^/]*)(.*)$/.exec(url) ?? [];
  const [authority, target] = [parseAuthority(hostHeader), targetOf(raw)];
  if (!authority || !target) throw new Error(`no request: ${url}`);
  return {
    method: 'GET',
    isSecure: scheme === 'https',
    authority,
    hostHeader,
    target,
    client: '192.0.2.1',
    origin: undefined,
    declared: undefined,
    headers: {},
    roll: 0,
    ...rest,
  };
}

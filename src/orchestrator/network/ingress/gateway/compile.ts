import {
  GATEWAY_CONTROLLER,
  type Gateway,
  type GatewayClass,
  type HTTPRoute,
  type ParentReference,
  type ReferenceGrant,
} from '../../../../kube/kinds/gateways/objects.ts';
import type { HostCertificate } from '../certificates.ts';
import { asWritten, type HostClaims } from '../hosts.ts';
import { PATTERN_COST_PER_HOST } from '../patterns.ts';
import type { Found } from '../rules.ts';
import type { Face, Rule } from '../table.ts';
import { type JoinedGateways, keyOf } from './joined.ts';
import type { JudgedListener } from './listeners.ts';
import { type Said, said, unsaid } from './objects.ts';
import { BROKEN, type ReadRoute, readRoute } from './routes.ts';

export interface JudgedGateway {
  readonly gateway: Gateway;
  readonly conditions: readonly Said[];
  readonly listeners: readonly (JudgedListener & { readonly attached: number })[];
}

export interface JudgedRoute {
  readonly route: HTTPRoute;
  /** One for each Gateway of ours that it names, in its order. */
  readonly parents: readonly { readonly parentRef: ParentReference; readonly conditions: readonly Said[] }[];
}

export interface JudgedGateways {
  readonly classes: readonly { readonly gatewayClass: GatewayClass; readonly conditions: readonly Said[] }[];
  readonly gateways: readonly JudgedGateway[];
  /** Those that name a Gateway of ours, or have named one. */
  readonly routes: readonly JudgedRoute[];
}

export interface CompiledGateways extends JudgedGateways {
  /** Those of older routes first. */
  readonly rules: readonly Rule[];
  readonly certificates: readonly HostCertificate[];
}

export interface GatewayWorld extends Found {
  readonly grants: readonly ReferenceGrant[];
  /** What the patterns of Ingresses cost already, by host. */
  readonly patternCosts: ReadonlyMap<string, number>;
}

/** The rules of all HTTPRoutes that Gateways of ours accept, with what is to be said of each object. */
export function compileGateways(
  { classes, gateways, routes }: JoinedGateways,
  { service, grants, conflictOf, patternCosts }: GatewayWorld,
): CompiledGateways {
  const attached = new Map<JudgedListener, Set<HTTPRoute>>();
  const rules = new Map<string, Rule>();
  const isAffordable = createBudget(patternCosts);
  const judged = routes.map(({ route, parents }): JudgedRoute => {
    if (parents.length === 0) return { route, parents: [] };
    const read = readRoute(route, { service, grants });
    const { namespace = '' } = route.metadata;
    /** Hosts that have too many patterns for some of its rules. */
    const costly = new Set<string>();
    let kept = 0;
    const serve = (face: Face, host: string) =>
      read.rules.forEach(({ cost, wide, ...rule }, i) => {
        const key = `${keyOf(route)} ${face} ${host} ${i}`;
        if (rules.has(key)) return;
        const fits = isAffordable(face, host, cost);
        if (fits) kept++;
        else costly.add(host);
        rules.set(key, { ...rule, ...(fits ? {} : { ...wide, action: BROKEN }), host, face });
      });
    return {
      route,
      parents: parents.map(({ parentRef, gateway, accepted, listeners: own }) => {
        const conflicts = new Set<string>();
        let served = 0;
        for (const { listener, hosts } of own) {
          attached.set(listener, (attached.get(listener) ?? new Set()).add(route));
          for (const host of hosts) {
            const conflict = conflictOf(namespace, host, gateway.metadata.namespace);
            if (conflict) conflicts.add(conflict.message);
            else served++;
            if (!conflict && listener.face) serve(listener.face, host);
          }
        }
        const conditions = conditionsOf(
          accepted,
          own.map(({ listener }) => listener),
          read,
        );
        const isServed = served > 0 && (costly.size === 0 || kept > 0);
        return { parentRef, conditions: withProblems(conditions, [...conflicts], [...costly], isServed) };
      }),
    };
  });
  return {
    classes: classes.map((gatewayClass) => ({ gatewayClass, conditions: classConditions(gatewayClass) })),
    gateways: gateways.map(({ gateway, listeners }) => judgedGateway(gateway, listeners, attached)),
    routes: judged.filter(({ route, parents }) => parents.length > 0 || isMarked(route)),
    rules: [...rules.values()],
    certificates: gateways.flatMap(({ gateway, listeners }) =>
      listeners.flatMap((listener) => certificatesOf(gateway, listener, attached, conflictOf)),
    ),
  };
}

type Attached = ReadonlyMap<JudgedListener, ReadonlySet<HTTPRoute>>;

/** The certificate of a listener, where its host is not held by a namespace that has no route there. */
function certificatesOf(
  gateway: Gateway,
  listener: JudgedListener,
  attached: Attached,
  conflictOf: HostClaims,
): readonly HostCertificate[] {
  const { certificate } = listener;
  if (!certificate) return [];
  const users = [gateway, ...(attached.get(listener) ?? [])].map(({ metadata }) => metadata.namespace ?? '');
  return users.some((one) => !conflictOf(one, certificate.host, gateway.metadata.namespace))
    ? [certificate]
    : [];
}

const isMarked = ({ status }: HTTPRoute): boolean =>
  (status?.parents ?? []).some(({ controllerName }) => controllerName === GATEWAY_CONTROLLER);

/** Charges each host for the patterns of its rules, those of Ingresses first; false: they would be too many. */
function createBudget(before: ReadonlyMap<string, number>) {
  const spent = new Map<string, number>();
  return (face: Face, host: string, cost: number): boolean => {
    const key = `${face} ${host}`;
    const sum = (spent.get(key) ?? before.get(host) ?? 0) + cost;
    if (cost > 0 && sum > PATTERN_COST_PER_HOST) return false;
    spent.set(key, sum);
    return true;
  };
}

function conditionsOf(
  accepted: Said,
  listeners: readonly JudgedListener[],
  read: ReadRoute,
): readonly Said[] {
  if (accepted.status === 'False') return [accepted, ...read.conditions];
  if (read.refusal !== undefined)
    return [
      unsaid('Accepted', 'UnsupportedValue', read.refusal),
      ...read.conditions.filter(({ type }) => type !== 'PartiallyInvalid'),
    ];
  const refused = listeners.flatMap(({ conditions }) => conditions.filter(isRefusal));
  const [why] = refused;
  return why && refused.length === listeners.length
    ? [
        unsaid('Accepted', 'NoMatchingParent', `its listener is not served: ${why.message}`),
        ...read.conditions,
      ]
    : [accepted, ...read.conditions];
}

/** Hosts of others are left to them, and rules with too many patterns answer 500. */
function withProblems(
  conditions: readonly Said[],
  conflicts: readonly string[],
  costly: readonly string[],
  isServed: boolean,
): readonly Said[] {
  if (conflicts.length + costly.length === 0 || conditions.some(isRefusal)) return conditions;
  const reason = conflicts.length > 0 ? 'HostConflict' : 'UnsupportedValue';
  const why = [
    ...conflicts,
    ...costly.map(
      (host) =>
        `the regular expressions of ${asWritten(host) || 'any host'} have more than ${PATTERN_COST_PER_HOST} instructions`,
    ),
  ].join('; ');
  const rest = conditions.filter(
    ({ type }) => type !== 'PartiallyInvalid' && (isServed || type !== 'Accepted'),
  );
  return isServed
    ? [...rest, said('PartiallyInvalid', reason, `Dropped Rule: ${why}`)]
    : [unsaid('Accepted', reason, why), ...rest];
}

const isRefusal = ({ type, status }: Said): boolean => type === 'Accepted' && status === 'False';

const classConditions = ({ spec }: GatewayClass): readonly Said[] => [
  spec.parametersRef === undefined
    ? said('Accepted', 'Accepted')
    : unsaid('Accepted', 'InvalidParameters', 'a class of the built-in ingress has no parameters'),
];

function judgedGateway(
  gateway: Gateway,
  listeners: readonly JudgedListener[],
  attached: Attached,
): JudgedGateway {
  const bad = listeners.filter(({ face }) => face === undefined).map(({ listener }) => listener.name);
  const message = `not served: ${bad.join(', ')}`;
  const isServed = bad.length < listeners.length;
  return {
    gateway,
    listeners: listeners.map((one) => ({ ...one, attached: attached.get(one)?.size ?? 0 })),
    conditions: [
      bad.length === 0
        ? said('Accepted', 'Accepted')
        : said('Accepted', 'ListenersNotValid', message, isServed ? 'True' : 'False'),
      isServed ? said('Programmed', 'Programmed') : unsaid('Programmed', 'Invalid', message),
    ],
  };
}

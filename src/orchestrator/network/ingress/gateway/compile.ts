import {
  GATEWAY_CONTROLLER,
  type Gateway,
  type GatewayClass,
  type HTTPRoute,
  type ParentReference,
} from '../../../../kube/kinds/gateways/objects.ts';
import { oldestFirst } from '../../../../kube/values/age.ts';
import type { HostCertificate } from '../certificates.ts';
import type { HostClaims } from '../hosts.ts';
import type { Known } from '../rules.ts';
import type { Rule } from '../table.ts';
import { attach, isGatewayRef } from './attach.ts';
import { asIngress, hostHolders } from './hosts.ts';
import { type JudgedListener, judgeListener } from './listeners.ts';
import { type GatewayObjects, type Said, said, unsaid } from './objects.ts';
import { type ReadRoute, type RouteRule, readRoute } from './routes.ts';

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

/** Instructions of the patterns of all routes: a request is compared with them on the agent's own thread. */
const PATTERN_COST = 2_000;

/** The rules of all HTTPRoutes that Gateways of ours accept, with what is to be said of each object. */
export function compileGateways(
  { classes, gateways, routes, grants, namespaces }: GatewayObjects,
  { service, secret, conflictOf }: Known & { readonly conflictOf: HostClaims },
): CompiledGateways {
  const ourClasses = classes.filter(({ spec }) => spec.controllerName === GATEWAY_CONTROLLER);
  const classNames = new Set(ourClasses.map(({ metadata }) => metadata.name));
  const ours = gateways.filter(({ spec }) => classNames.has(spec.gatewayClassName)).sort(oldestFirst);
  const listeners = new Map(
    ours.map((gateway) => [
      keyOf(gateway),
      {
        gateway,
        listeners: gateway.spec.listeners.map((one) => judgeListener(gateway, one, { secret, grants })),
      },
    ]),
  );
  const labels = new Map(namespaces.map(({ metadata }) => [metadata.name, metadata.labels ?? {}]));
  const attached = new Map<JudgedListener, Set<HTTPRoute>>();
  const claim = hostHolders(conflictOf);
  const rules = new Map<string, Rule>();
  let cost = 0;
  const judged = [...routes].sort(oldestFirst).map((route): JudgedRoute => {
    const known = (route.spec.parentRefs ?? []).filter(isGatewayRef).flatMap((parentRef) => {
      const { namespace = route.metadata.namespace ?? '', name } = parentRef;
      const found = listeners.get(`${namespace}/${name}`);
      return found ? [{ parentRef, ...found }] : [];
    });
    if (known.length === 0) return { route, parents: [] };
    const read = affordable(readRoute(route, { service, grants }), cost);
    cost += read.cost;
    return {
      route,
      parents: known.map(({ parentRef, gateway, listeners: all }) => {
        const { accepted, listeners: own } = attach(
          route,
          parentRef,
          gateway,
          all,
          (name) => labels.get(name) ?? {},
        );
        const conflicts = new Set<string>();
        let served = 0;
        for (const { listener, hosts } of own) {
          attached.set(listener, (attached.get(listener) ?? new Set()).add(route));
          const { face } = listener;
          for (const host of hosts) {
            const conflict = claim(route, gateway, host);
            if (conflict !== undefined) conflicts.add(conflict);
            else served++;
            if (conflict !== undefined || face === undefined) continue;
            read.rules.forEach((rule, i) => {
              const { cost: _, ...rest } = rule;
              rules.set(`${keyOf(route)} ${face} ${host} ${i}`, { ...rest, host, face });
            });
          }
        }
        const joined = conditionsOf(
          accepted,
          own.map(({ listener }) => listener),
          read,
        );
        return { parentRef, conditions: withConflicts(joined, [...conflicts], served) };
      }),
    };
  });
  return {
    classes: ourClasses.map((gatewayClass) => ({ gatewayClass, conditions: classConditions(gatewayClass) })),
    gateways: ours.map((gateway) =>
      judgedGateway(gateway, listeners.get(keyOf(gateway))?.listeners ?? [], attached),
    ),
    routes: judged.filter(({ route, parents }) => parents.length > 0 || isMarked(route)),
    rules: [...rules.values()],
    certificates: [...listeners.values()].flatMap(({ gateway, listeners: all }) =>
      all
        .flatMap(({ certificate }) => certificate ?? [])
        .filter(({ host }) => !conflictOf(gateway, asIngress(host))),
    ),
  };
}

const keyOf = ({ metadata }: Gateway | HTTPRoute): string => `${metadata.namespace}/${metadata.name}`;

const isMarked = ({ status }: HTTPRoute): boolean =>
  (status?.parents ?? []).some(({ controllerName }) => controllerName === GATEWAY_CONTROLLER);

/** Without the rules whose patterns would be too many. */
function affordable(read: ReadRoute, before: number): ReadRoute & { readonly cost: number } {
  let cost = 0;
  const rules = read.rules.filter((rule: RouteRule) => {
    if (rule.cost === 0) return true;
    if (before + cost + rule.cost > PATTERN_COST) return false;
    cost += rule.cost;
    return true;
  });
  if (rules.length === read.rules.length) return { ...read, cost };
  const why = `the regular expressions of all routes have more than ${PATTERN_COST} instructions`;
  const rest = read.conditions.filter(({ type }) => type !== 'PartiallyInvalid');
  return {
    ...read,
    rules,
    cost,
    ...(rules.length === 0 ? { refusal: why } : {}),
    conditions: [...rest, said('PartiallyInvalid', 'UnsupportedValue', `Dropped Rule: ${why}`)],
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

/** Hosts of others are left to them. */
function withConflicts(
  conditions: readonly Said[],
  conflicts: readonly string[],
  served: number,
): readonly Said[] {
  if (
    conflicts.length === 0 ||
    conditions.some(({ type, status }) => type === 'Accepted' && status === 'False')
  )
    return conditions;
  const why = conflicts.join('; ');
  const rest = conditions.filter(
    ({ type }) => type !== 'PartiallyInvalid' && (served > 0 || type !== 'Accepted'),
  );
  return served > 0
    ? [...rest, said('PartiallyInvalid', 'HostConflict', `Dropped Rule: ${why}`)]
    : [unsaid('Accepted', 'HostConflict', why), ...rest];
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
  attached: ReadonlyMap<JudgedListener, ReadonlySet<HTTPRoute>>,
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

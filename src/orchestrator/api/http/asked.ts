import type { AuditObject } from '../../../audit/event.ts';
import type { AuditAttributes } from '../../../audit/policy.ts';
import { isSensitive } from '../../../audit/redact.ts';
import type { Attributes } from '../authorization.ts';
import { delegatedRouteOf, isCore, type Route, resourceVerb, routeOf } from './requestinfo.ts';

/** What a request asks for, as it is recorded and counted. */
export interface Asked {
  readonly verb: string;
  readonly attributes: Attributes;
  readonly policyResource?: NonNullable<AuditAttributes['resource']>;
  readonly objectRef?: AuditObject;
  /** Its bodies are secrets. */
  readonly isSensitive: boolean;
  /** What follows in the path, and the parameters, are another server's. */
  readonly isProxied: boolean;
}

/** A request as its URL says it. */
export interface Recorded {
  readonly path: string;
  readonly query: URLSearchParams;
  /** What the path means to this server. */
  readonly route: Route;
  readonly asked: Asked;
}

/** By the path alone (`k8s.io/apiserver/pkg/endpoints/request/requestinfo.go`); `here` is what it means to this server. */
export function askedOf(
  method: string,
  path: string,
  query: URLSearchParams,
  here: Route = routeOf(path),
): Asked {
  // Other servers are asked for what nobody here knows: a path is a resource however deep it is.
  const route = (isCore(here) ? undefined : delegatedRouteOf(path)?.resource) ?? here;
  if (route.type === 'path') {
    const verb = method === 'HEAD' ? 'get' : method.toLowerCase();
    return { verb, attributes: { verb, path }, isSensitive: false, isProxied: false };
  }
  const { group, version, plural, name = '', subresource = '', proxied } = route;
  const verb = resourceVerb(method, route, query) ?? method.toLowerCase();
  // A namespace is in itself.
  const namespace = group === '' && plural === 'namespaces' ? name : (route.namespace ?? '');
  const parts = {
    ...(namespace ? { namespace } : {}),
    ...(name ? { name } : {}),
    ...(subresource ? { subresource } : {}),
  };
  return {
    verb,
    attributes: { verb, group, resource: plural, ...parts, isUnread: true },
    policyResource: { group, plural, subresource, namespace, name },
    objectRef: { resource: plural, ...parts, ...(group ? { apiGroup: group } : {}), apiVersion: version },
    isSensitive: isSensitive(group, plural, subresource),
    isProxied: proxied !== undefined,
  };
}

import type { IncomingMessage } from 'node:http';
import type { Clock } from '../../../base/clock.ts';
import type { User } from '../../../kube/client/client.ts';
import type { RemoteServers } from '../aggregation/connection.ts';
import type { TokenRules } from '../auth/authentication.ts';
import { assertMayImpersonate, impersonatedBy, impersonatedUser } from '../auth/impersonation.ts';
import type { Attributes, RequestVerb } from '../authorization.ts';
import { assertAuthorized } from '../authorize.ts';
import { measuredAs } from '../kinds/metrics.ts';
import type { Api } from '../types.ts';
import { columnCache } from '../wire/table.ts';
import { answerDelegated, delegatedOf } from './aggregated.ts';
import { type Answer, json } from './answers.ts';
import { answerBinding, isBinding } from './bindings.ts';
import type { ImageSource } from './images.ts';
import { answerMetrics } from './metrics.ts';
import { createWriter, type Writer } from './objects.ts';
import type { IssuerDocuments } from './openid.ts';
import { createPaths, type Paths } from './paths.ts';
import type { Call } from './request.ts';
import { resourceVerb } from './requestinfo.ts';
import { answerResource, type ResourceRoute } from './resourcehandlers.ts';
import { answerReview, reviewOf } from './reviews.ts';

export interface HandlerOptions {
  readonly api: Api;
  readonly tokens: TokenRules;
  readonly issuer: IssuerDocuments;
  readonly aggregator: RemoteServers;
  /** What nodes on other machines get images from. */
  readonly images?: ImageSource;
  readonly clock: Clock;
  /** The text of `/metrics`. */
  readonly metrics: () => string;
  /** undefined: ready; else why `/readyz` says 503. */
  readonly readiness?: () => string | undefined;
  /** Whether the server is on its way out. */
  readonly closing?: () => boolean;
}

/** One request, authenticated. */
export type Handler = (call: Call) => Promise<Answer>;

/** The server without sockets: a call in, an answer out. Rejects with what `statusOf` understands. */
export function createHandler({
  api,
  tokens,
  issuer,
  aggregator,
  images,
  clock,
  metrics,
  readiness = () => undefined,
  closing = () => false,
}: HandlerOptions): Handler {
  const writer: Writer = createWriter(clock, columnCache());
  const paths: Paths = createPaths({
    kinds: api.kinds,
    remote: aggregator.versions,
    version: api.version,
    readiness,
    closing,
    issuer,
    images,
    metrics,
  });
  return async (call) => {
    const delegated = delegatedOf(aggregator, call.path, call.route);
    if (delegated) return answerDelegated(api, clock, call, delegated);
    const { route } = call;
    if (route.type === 'path') {
      await assertAuthorized(api.authorize, call.user, pathAttributes(call));
      return paths.answer(call);
    }
    const authorized = { ...call, body: () => bodyOfAuthorized(api, call, route) };
    const review = call.method === 'POST' ? reviewOf(route) : undefined;
    if (review) return json(await answerReview(api, tokens, authorized, route, review), 201);
    const measured = measuredAs(route);
    if (measured) return answerMetrics(api, writer, call, route, measured);
    if (isBinding(call, route)) return answerBinding(api, writer, authorized, route);
    // What is not served is said only to a client that may ask for it; of what is served the verb asks.
    if (!api.kinds.find(route.group, route.version, route.plural)) {
      const verb = resourceVerb(call.method, route, call.query) ?? 'get';
      await assertAuthorized(api.authorize, call.user, resourceAttributes(route, verb));
    }
    return answerResource(api, writer, authorized, route);
  };
}

/** Who sends the request, or whom the sender may act as. */
export async function actingUser(api: Api, request: IncomingMessage, user: User): Promise<User> {
  const asked = impersonatedBy(request);
  if (!asked) return user;
  await assertMayImpersonate(api.authorize, user, asked);
  return impersonatedUser(asked);
}

export const pathAttributes = ({ method, path }: Pick<Call, 'method' | 'path'>): Attributes => ({
  verb: method === 'HEAD' ? 'get' : method.toLowerCase(),
  path,
});

export const resourceAttributes = (
  { group, plural: resource, namespace, name, subresource }: ResourceRoute,
  verb: RequestVerb,
) => ({
  verb,
  group,
  resource,
  ...(namespace === undefined ? {} : { namespace }),
  ...(name === undefined ? {} : { name }),
  ...(subresource === undefined ? {} : { subresource }),
});

/** Nobody's body is read, nor decoded, who could not write whatever it holds; the verb decides again once it is known. */
async function bodyOfAuthorized(api: Api, call: Call, route: ResourceRoute): Promise<Buffer> {
  const verb = resourceVerb(call.method, route, call.query);
  if (!verb) return call.body();
  await assertAuthorized(api.authorize, call.user, { ...resourceAttributes(route, verb), isUnread: true });
  return call.body();
}

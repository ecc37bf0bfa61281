import type { Awaitable } from '../../base/awaitable.ts';
import type { Logger } from '../../base/log.ts';
import { selectedName } from '../../kube/rules/fieldselectors.ts';
import type { KubeObject } from '../../kube/values/types.ts';
import type { AdmissionChain } from './admission/chain.ts';
import type { Attributes, Authorizer, RequestVerb } from './authorization.ts';
import { assertAuthorized } from './authorize.ts';
import { methodNotAllowed, notServed } from './errors.ts';
import type { CallWebhook, Kind, World } from './kinds/kind.ts';
import type { Registry } from './kinds/registry.ts';
import type { Views } from './stored.ts';
import type { NodeConnections, Target } from './types.ts';

/** What every verb is handed. */
export interface ApiContext extends World {
  readonly kinds: Registry;
  readonly views: Views;
  readonly authorizer: Authorizer;
  readonly logger: Logger;
  readonly uuid: () => string;
  readonly nodeConnections: NodeConnections;
  readonly callWebhook: CallWebhook;
  readonly admission: AdmissionChain;
  /** Called after a write is durable and before it is acknowledged; `exists` is false once the object is gone. */
  readonly onWrite: (kind: Kind, object: KubeObject, exists: boolean) => void;
}

type Request = Target & { readonly name?: string; readonly subresource?: string };

/** The row that a request means, which must serve the verb there. */
export function servedKind(context: ApiContext, request: Request, verb: RequestVerb): Kind {
  const { group, version, plural } = request.resource;
  const kind = context.kinds.find(group, version, plural);
  if (!kind) throw notServed();
  const { subresource } = request;
  if (subresource === undefined) {
    if (!kind.verbs.includes(verb)) throw methodNotAllowed(kind, verb);
    return kind;
  }
  const row = kind.subresourceRows.find((candidate) => candidate.name === subresource);
  if (!row) throw notServed();
  if (!row.verbs.includes(verb)) throw methodNotAllowed(kind, verb);
  return kind;
}

/** @throws StatusError Forbidden */
export function authorize(
  context: ApiContext,
  request: Request & { readonly fieldSelector?: string },
  verb: RequestVerb,
  content: Pick<Extract<Attributes, { group: string }>, 'object' | 'live'> = {},
): Awaitable<void> {
  const { resource, subresource, namespace, fieldSelector } = request;
  const isOfMany = verb === 'list' || verb === 'watch';
  const name = request.name ?? (isOfMany ? selectedName(fieldSelector) : undefined);
  const attributes: Attributes = {
    verb,
    group: resource.group,
    resource: resource.plural,
    ...(subresource === undefined ? {} : { subresource }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
    ...content,
  };
  return assertAuthorized(context.authorizer, request.user, attributes);
}

import { rfc3339 } from '../../../base/clock.ts';
import { recordUpdate } from '../../../kube/ownership/managedfields.ts';
import { ANYTHING } from '../../../kube/schema/schema.ts';
import { isAlreadyExists } from '../../../kube/values/status.ts';
import type { KubeObject } from '../../../kube/values/types.ts';
import { assertCreatesServed, assertNamespace, completed } from '../admission/admission.ts';
import { type ApiContext, authorize, servedKind } from '../context.ts';
import { alreadyExists } from '../errors.ts';
import { type Kind, keyOf } from '../kinds/kind.ts';
import type { CreateRequest, Stored, WriteParameters, Written } from '../types.ts';
import { decodeBody, inNamespace, withoutUnknownFields } from './decode.ts';
import { newMetadata } from './metadata.ts';
import { createSubresource } from './subresources.ts';
import { DEFAULT_MANAGER, storeNew } from './write.ts';

/** `names.go` of kube-apiserver tries as often before it gives up on a generated name. */
const GENERATE_ATTEMPTS = 8;

export async function create(context: ApiContext, request: CreateRequest): Promise<Written> {
  const kind = servedKind(context, request, 'create');
  if (request.subresource !== undefined) return createSubresource(context, kind, request);
  const decoded = inNamespace(kind, request.namespace, decodeBody(request.body, kind));
  authorize(context, { ...request, ...nameOf(decoded) }, 'create', { object: decoded });
  const object = withoutUnknownFields(kind, decoded, request);
  for (let attempt = 1; ; attempt++) {
    try {
      return { stored: await createObject(context, kind, object, request), created: true };
    } catch (error) {
      const generated = !object.metadata.name;
      if (!generated || !isAlreadyExists(error) || attempt === GENERATE_ATTEMPTS) throw error;
    }
  }
}

const nameOf = ({ metadata: { name } }: KubeObject) => (name ? { name } : {});

async function createObject(
  context: ApiContext,
  kind: Kind,
  object: KubeObject,
  parameters: WriteParameters,
): Promise<Stored> {
  const complete = beBorn(context, kind, object);
  const owned = recordUpdate({
    live: undefined,
    updated: complete,
    manager: parameters.fieldManager || DEFAULT_MANAGER,
    time: rfc3339(context.clock.now()),
    schema: kind.schema() ?? ANYTHING,
  });
  return storeNew(context, kind, owned, parameters.dryRun);
}

/** What create and an apply that creates have in common: from a decoded object to one that lacks what the server adds. */
export function beBorn(context: ApiContext, kind: Kind, object: KubeObject): KubeObject {
  const named = newMetadata(context, kind, withoutStatus(kind, object));
  const { namespace, name = '' } = named.metadata;
  assertCreatesServed(kind);
  assertNamespace(context, kind, namespace, name);
  if (context.store.latest(keyOf(kind, namespace, name))) throw alreadyExists(kind, name);
  return completed(kind, named);
}

function withoutStatus(kind: Kind, object: KubeObject): KubeObject {
  if (!kind.strategy.status || object.status === undefined) return object;
  const { status: _, ...rest } = object;
  return { ...rest, apiVersion: object.apiVersion, kind: object.kind, metadata: object.metadata };
}

import { type Awaitable, after } from '../../../base/awaitable.ts';
import { isAlreadyExists } from '../../../kube/values/status.ts';
import type { KubeObject } from '../../../kube/values/types.ts';
import type { Entry } from '../../store/types.ts';
import { type ApiContext, authorize, servedKind } from '../context.ts';
import { alreadyExists, methodNotAllowed } from '../errors.ts';
import { type Kind, keyOf } from '../kinds/kind.ts';
import type { CreateRequest, Stored, Written } from '../types.ts';
import { act } from './act.ts';
import { decodeBody, inNamespace, withoutUnknownFields } from './decode.ts';
import { guaranteedUpdate, type Outcome } from './guaranteedupdate.ts';
import { newMetadata } from './metadata.ts';

import { completed } from './validation.ts';
import { admit, owned, type WriteRequest } from './write.ts';

/** `names.go` of kube-apiserver tries as often before it gives up on a generated name. */
const GENERATE_ATTEMPTS = 8;

export async function create(context: ApiContext, request: CreateRequest): Promise<Written> {
  const kind = servedKind(context, request, 'create');
  if (request.subresource !== undefined) return act(context, kind, request);
  const decoded = inNamespace(kind, request.namespace, decodeBody(request.body, kind));
  await authorize(context, request, 'create', { object: decoded });
  const object = withoutUnknownFields(kind, decoded, request);
  if (request.pause) await request.pause();
  for (let attempt = 1; ; attempt++) {
    try {
      return { stored: await createObject(context, kind, object, request), created: true };
    } catch (error) {
      const generated = !object.metadata.name;
      if (!generated || !isAlreadyExists(error) || attempt === GENERATE_ATTEMPTS) throw error;
    }
  }
}

async function createObject(
  context: ApiContext,
  kind: Kind,
  object: KubeObject,
  request: CreateRequest,
): Promise<Stored> {
  const named = withNewMetadata(context, kind, object);
  const { namespace, name = '' } = named.metadata;
  const target = { kind, key: keyOf(kind, namespace, name), dryRun: request.dryRun };
  const { stored } = await guaranteedUpdate(context, target, (live) =>
    decideCreate(context, kind, request, named, live),
  );
  return stored;
}

/** A create, and a PUT that creates: from an object that has its name to one that is ready to be stored. */
export function decideCreate(
  context: ApiContext,
  kind: Kind,
  request: WriteRequest,
  named: KubeObject,
  live?: Entry,
): Awaitable<Outcome> {
  const complete = completed(kind, named);
  const assertAbsent = () => {
    if (live) throw alreadyExists(kind, named.metadata.name ?? '');
  };
  return after(request.pause?.(), () =>
    admit(context, { kind, request, assertAbsent }, owned(context, kind, request, complete, undefined)),
  );
}

/** What create, PUT and apply have in common when they create: a name, a uid and no status. */
export function withNewMetadata(context: ApiContext, kind: Kind, object: KubeObject): KubeObject {
  const named = newMetadata(context, kind, withoutStatus(kind, object));
  const { refusesCreates } = kind.strategy;
  if (refusesCreates) throw methodNotAllowed(kind, `create (${refusesCreates})`);
  return named;
}

function withoutStatus(kind: Kind, object: KubeObject): KubeObject {
  const { status: isApart, createsStatus } = kind.strategy;
  if (!isApart || createsStatus || object.status === undefined) return object;
  const { status: _, ...rest } = object;
  return { ...rest, apiVersion: object.apiVersion, kind: object.kind, metadata: object.metadata };
}

import { type Awaitable, after } from '../../../base/awaitable.ts';
import { once } from '../../../base/once.ts';
import type { KubeObject } from '../../../kube/values/types.ts';
import type { Entry } from '../../store/types.ts';
import { type ApiContext, authorize, servedKind } from '../context.ts';
import { notFound } from '../errors.ts';
import { type Kind, keyOf } from '../kinds/kind.ts';
import { subresourceKind } from '../kinds/subresource.ts';
import type { UpdateRequest, Written } from '../types.ts';
import { decideCreate, withNewMetadata } from './create.ts';
import { assertName, decodeBody, inNamespace, withoutUnknownFields } from './decode.ts';
import { guaranteedUpdate, type Outcome } from './guaranteedupdate.ts';
import { assertUnmodified, assertVersioned } from './metadata.ts';
import { decideUpdate, throughEndpoint } from './write.ts';

export async function update(context: ApiContext, request: UpdateRequest): Promise<Written> {
  const kind = servedKind(context, request, 'update');
  const expected = subresourceKind(kind, request.subresource);
  const decoded = inNamespace(kind, request.namespace, decodeBody(request.body, expected));
  assertName(request, decoded);
  const known = once(() => (expected === kind ? withoutUnknownFields(kind, decoded, request) : decoded));
  const target = {
    kind,
    key: keyOf(kind, request.namespace, request.name),
    dryRun: request.dryRun,
  };
  const { stored, created } = await guaranteedUpdate(context, target, (live) =>
    live || !createsOnUpdate(kind, request)
      ? updateLive(context, kind, request, { live, decoded, known })
      : createAbsent(context, kind, request, { decoded, known }),
  );
  return { stored: created ? stored : throughEndpoint(kind, request.subresource, stored), created };
}

const createsOnUpdate = ({ strategy }: Kind, { subresource }: UpdateRequest): boolean =>
  strategy.createOnUpdate === true && subresource === undefined;

interface Body {
  readonly decoded: KubeObject;
  /** Without fields that nobody knows, which is said once. */
  readonly known: () => KubeObject;
}

function updateLive(
  context: ApiContext,
  kind: Kind,
  request: UpdateRequest,
  { live, decoded, known }: Body & { readonly live: Entry | undefined },
): Awaitable<Outcome> {
  const content = { object: decoded, ...(live ? { live: live.object } : {}) };
  return after(authorize(context, request, 'update', content), () => {
    if (!live) throw notFound(kind, request.name);
    const before = context.views.of(kind, live).object;
    assertVersioned(kind, decoded);
    assertUnmodified(kind, decoded, before);
    return decideUpdate(context, kind, request, before, known());
  });
}

function createAbsent(
  context: ApiContext,
  kind: Kind,
  request: UpdateRequest,
  { decoded, known }: Body,
): Awaitable<Outcome> {
  return after(authorize(context, request, 'create', { object: decoded }), () =>
    decideCreate(context, kind, request, withNewMetadata(context, kind, known())),
  );
}

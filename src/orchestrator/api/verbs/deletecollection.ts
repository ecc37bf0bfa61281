import { notFoundAsUndefined } from '../../../kube/values/status.ts';
import { type ApiContext, authorize, servedKind } from '../context.ts';
import { prefixOf } from '../kinds/kind.ts';
import type { DeleteCollectionRequest, StoredList } from '../types.ts';
import { deleteAt } from './delete.ts';
import { compileSelection } from './selection.ts';

/** The objects as they were when they were chosen. */
export async function deleteCollection(
  context: ApiContext,
  request: DeleteCollectionRequest,
): Promise<StoredList> {
  const kind = servedKind(context, request, 'deletecollection');
  await authorize(context, request, 'deletecollection');
  const selects = compileSelection(kind, request);
  const chosen = context.store
    .list(prefixOf(kind, request.namespace))
    .filter((entry) => !selects || selects(context.views.of(kind, entry).object));
  await Promise.all(
    chosen.map(({ key, object }) => {
      const { name = '' } = object.metadata;
      const target = { kind, key, name, user: request.user, dryRun: request.dryRun };
      return deleteAt(context, target, request).catch(notFoundAsUndefined);
    }),
  );
  return {
    resourceVersion: String(context.store.revision),
    items: chosen.map((entry) => context.views.of(kind, entry)),
  };
}

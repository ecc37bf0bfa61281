import { notFoundAsUndefined } from '../../../kube/values/status.ts';
import { type ApiContext, authorize, servedKind } from '../context.ts';
import { prefixOf } from '../kinds/kind.ts';
import type { DeleteCollectionRequest, StoredList } from '../types.ts';
import { deleteEntry } from './delete.ts';
import { compileSelection } from './selection.ts';

/** The objects as they were when they were chosen. */
export async function deleteCollection(
  context: ApiContext,
  request: DeleteCollectionRequest,
): Promise<StoredList> {
  const kind = servedKind(context, request, 'deletecollection');
  authorize(context, request, 'deletecollection');
  const selects = compileSelection(kind, request);
  const chosen = context.store
    .list(prefixOf(kind, request.namespace))
    .filter((entry) => !selects || selects(context.views.of(kind, entry).object));
  await Promise.all(
    chosen.map(async ({ key }) => {
      // What is being written, or is gone already, is looked at as it is now.
      const latest = context.store.latest(key);
      if (!latest) return;
      await deleteEntry(context, kind, latest, request).catch(notFoundAsUndefined);
    }),
  );
  return {
    resourceVersion: String(context.store.revision),
    items: chosen.map((entry) => context.views.of(kind, entry)),
  };
}

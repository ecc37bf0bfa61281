import { isExpired, statusError } from '../../../kube/values/status.ts';
import type { Entry } from '../../store/types.ts';
import { type ApiContext, authorize, servedKind } from '../context.ts';
import { badRequest } from '../errors.ts';
import { type Kind, prefixOf } from '../kinds/kind.ts';
import type { ListRequest, StoredList } from '../types.ts';
import { decodeContinue, encodeContinue } from './continue.ts';
import { compileSelection } from './selection.ts';

export async function list(context: ApiContext, request: ListRequest): Promise<StoredList> {
  const kind = servedKind(context, request, 'list');
  await authorize(context, request, 'list');
  return listSelected(context, kind, request);
}

async function listSelected(context: ApiContext, kind: Kind, request: ListRequest): Promise<StoredList> {
  const selects = compileSelection(kind, request);
  const { revision, entries } = snapshot(context, kind, request);
  const { limit = 0 } = request;
  // Without a selector no more than the page is looked at.
  const waiting = context.views.prepare(kind, selects || limit === 0 ? entries : entries.slice(0, limit));
  if (waiting instanceof Promise) await waiting;
  const page: Entry[] = [];
  let seen = 0;
  for (const entry of entries) {
    if (limit > 0 && page.length === limit) break;
    seen++;
    if (!selects || selects(context.views.of(kind, entry).object)) page.push(entry);
  }
  const remaining = entries.length - seen;
  return {
    resourceVersion: String(revision),
    items: page.map((entry) => context.views.of(kind, entry)),
    ...(remaining > 0 ? { continue: encodeContinue({ revision, after: page.at(-1)?.key ?? '' }) } : {}),
    ...(remaining > 0 && !selects ? { remainingItemCount: remaining } : {}),
  };
}

interface Snapshot {
  readonly revision: number;
  readonly entries: readonly Entry[];
}

/** All pages of one list show one revision. */
function snapshot({ store }: ApiContext, kind: Kind, request: ListRequest): Snapshot {
  const prefix = prefixOf(kind, request.namespace);
  if (request.continue) {
    const { revision, after } = decodeContinue(request.continue);
    return {
      revision,
      entries: pastEntries(() => store.listAt(prefix, revision)).filter((e) => e.key > after),
    };
  }
  const asked = revisionOf(request.resourceVersion);
  if (asked > store.revision) throw tooLarge(asked, store.revision);
  if (request.resourceVersionMatch === 'Exact') {
    if (asked === 0) throw badRequest('resourceVersionMatch "exact" is forbidden for resourceVersion "0"');
    return { revision: asked, entries: store.listAt(prefix, asked) };
  }
  return { revision: store.revision, entries: store.list(prefix) };
}

function pastEntries(read: () => readonly Entry[]): readonly Entry[] {
  try {
    return read();
  } catch (error) {
    if (!isExpired(error)) throw error;
    throw statusError(
      'Expired',
      'The provided continue parameter is too old to display a consistent list result. ' +
        'Start a new list without the continue parameter.',
    );
  }
}

/** 0 for an absent version: any state will do. */
export function revisionOf(resourceVersion: string | undefined): number {
  if (!resourceVersion) return 0;
  if (!/^\d+$/.test(resourceVersion))
    throw badRequest(`Invalid value: "${resourceVersion}": not a resource version`);
  return Number(resourceVersion);
}

const tooLarge = (asked: number, current: number) =>
  statusError('Timeout', `Too large resource version: ${asked}, current: ${current}`, {
    retryAfterSeconds: 1,
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
  });

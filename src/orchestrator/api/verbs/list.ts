import { isExpired, StatusError, statusError } from '../../../kube/values/status.ts';
import { inTheFuture } from '../../store/failures.ts';
import type { Entry } from '../../store/types.ts';
import { type ApiContext, authorize, servedKind } from '../context.ts';
import { type Kind, prefixOf } from '../kinds/kind.ts';
import { assertListOptions, revisionOf } from '../listoptions.ts';
import type { ListRequest, StoredList } from '../types.ts';
import { decodeContinue, encodeContinue, LATEST, startAfter } from './continue.ts';
import { compileSelection } from './selection.ts';

export async function list(context: ApiContext, request: ListRequest): Promise<StoredList> {
  const kind = servedKind(context, request, 'list');
  await authorize(context, request, 'list');
  assertListOptions(request);
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
  const start = startAfter((page.at(-1)?.key ?? '').slice(prefixOf(kind, request.namespace).length));
  return {
    resourceVersion: String(revision),
    items: page.map((entry) => context.views.of(kind, entry)),
    ...(remaining > 0 ? { continue: encodeContinue({ revision, start }) } : {}),
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
    const { revision, start } = decodeContinue(request.continue);
    const from = prefix + start;
    const entries =
      revision === LATEST ? store.list(prefix) : pastEntries(() => store.listAt(prefix, revision), start);
    return {
      revision: revision === LATEST ? store.revision : revision,
      entries: entries.filter(({ key }) => key >= from),
    };
  }
  const asked = revisionOf(request.resourceVersion);
  if (asked > store.revision) throw inTheFuture(asked, store.revision);
  if (isExact(request, asked))
    return { revision: asked, entries: pastEntries(() => store.listAt(prefix, asked)) };
  return { revision: store.revision, entries: store.list(prefix) };
}

/** A page at a version, without saying how it matches, has always meant that version (`storage/interfaces.go`, ValidateListOptions). */
function isExact({ resourceVersionMatch, limit = 0 }: ListRequest, asked: number): boolean {
  return resourceVersionMatch === 'Exact' || (resourceVersionMatch === undefined && limit > 0 && asked > 0);
}

/** @throws StatusError Expired, with a token that goes on with what is latest where a page was asked for */
function pastEntries(read: () => readonly Entry[], start?: string): readonly Entry[] {
  try {
    return read();
  } catch (error) {
    if (!isExpired(error)) throw error;
    if (start === undefined)
      throw statusError('Expired', 'The resourceVersion for the provided list is too old.');
    const { status } = statusError('Expired', INCONSISTENT);
    throw new StatusError({ ...status, metadata: { continue: encodeContinue({ revision: LATEST, start }) } });
  }
}

const INCONSISTENT =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without ' +
  'the continue parameter, or use the continue token in this response to retrieve the remainder of the results. ' +
  'Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted ' +
  'between the time the first chunk was returned and now may show up in the list.';

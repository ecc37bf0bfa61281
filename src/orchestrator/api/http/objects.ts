import type { Clock } from '../../../base/clock.ts';
import { stringifyJson } from '../../../kube/values/json.ts';
import { statusError } from '../../../kube/values/status.ts';
import type { KubeObject } from '../../../kube/values/types.ts';
import { DEFAULT_COLUMNS } from '../kinds/columns.ts';
import type { ObjectEvent, ServedResource, Stored, StoredEvent, StoredList, StoredWatch } from '../types.ts';
import { type Representation, representationOf } from '../wire/negotiation.ts';
import {
  type ColumnsOf,
  columnDefinitions,
  type IncludeObject,
  listKindOf,
  metadataOf,
  table,
  tableRow,
} from '../wire/table.ts';
import { type Answer, bytes, json } from './answers.ts';
import type { Call } from './request.ts';

/** Turns what the verbs answer into what the Accept header asks for. Cached JSON bytes pass through untouched. */
export interface Writer {
  object(call: Call, resource: ServedResource, stored: Stored, code?: number): Answer;
  list(call: Call, resource: ServedResource, list: StoredList): Answer;
  watch(call: Call, resource: ServedResource, watch: StoredWatch): Answer;
}

export function createWriter(clock: Clock, columnsOf: ColumnsOf): Writer {
  // A write to or a read of a subresource may answer with a kind of its own.
  const columns = (resource: ServedResource, { kind }: KubeObject) =>
    kind === resource.kind
      ? columnsOf(resource)
      : (resource.subresourceRows.find((row) => row.kind?.kind === kind)?.columns ?? DEFAULT_COLUMNS);

  return {
    object(call, resource, stored, code = 200) {
      const { object } = stored;
      const representation = representationOf(call.accept);
      if (representation === 'object') return bytes(stored.bytes(), code);
      if (representation === 'metadata') return json(metadataOf(object), code);
      const cols = columns(resource, object);
      const row = tableRow(cols, object, includeOf(call), clock.now());
      const { resourceVersion } = object.metadata;
      return json(table({ resourceVersion }, columnDefinitions(cols), [row]), code);
    },

    list(call, resource, list) {
      const { items, ...metadata } = list;
      const representation = representationOf(call.accept);
      if (representation === 'object') return bytes(listBytes(resource, metadata, items));
      if (representation === 'metadata') {
        return json({
          kind: 'PartialObjectMetadataList',
          apiVersion: 'meta.k8s.io/v1',
          metadata,
          items: items.map(({ object }) => metadataOf(object)),
        });
      }
      const cols = columnsOf(resource);
      const [include, now] = [includeOf(call), clock.now()];
      const rows = items.map(({ object }) => tableRow(cols, object, include, now));
      return json(table(metadata, columnDefinitions(cols), rows));
    },

    watch(call, resource, watch) {
      const representation = representationOf(call.accept);
      const convert = converter(representation, includeOf(call), columnsOf(resource), clock);
      const key = representation === 'table' ? `table ${includeOf(call)}` : representation;
      return {
        type: 'watch',
        watch,
        line(event, first) {
          if (event.type === 'BOOKMARK') return eventLine(event.type, convert(event.object, first));
          if (representation === 'object') return event.bytes();
          // Only the first event of each watch carries the column definitions: the others are shared.
          if (first && representation === 'table')
            return eventLine(event.type, convert(event.stored.object, true));
          return event.bytes(key, ({ type, stored }: ObjectEvent) =>
            eventLine(type, convert(stored.object, false)),
          );
        },
      };
    },
  };
}

function converter(
  representation: Representation,
  include: IncludeObject,
  columns: Parameters<typeof tableRow>[0],
  clock: Clock,
) {
  return (object: KubeObject, first: boolean): object => {
    if (representation === 'object') return object;
    if (representation === 'metadata') return metadataOf(object);
    const { resourceVersion } = object.metadata;
    const row = tableRow(columns, object, include, clock.now());
    return table({ resourceVersion }, first ? columnDefinitions(columns) : undefined, [row]);
  };
}

const eventLine = (type: StoredEvent['type'], object: object): Buffer =>
  Buffer.from(`${stringifyJson({ type, object })}\n`);

const COMMA = Buffer.from(',');
const END = Buffer.from(']}');

/** The list's head around the cached bytes of its items. */
function listBytes(resource: ServedResource, metadata: object, items: readonly Stored[]): Buffer {
  const head = JSON.stringify({ ...listKindOf(resource), metadata });
  const parts: Buffer[] = [Buffer.from(`${head.slice(0, -1)},"items":[`)];
  items.forEach((stored, i) => {
    if (i > 0) parts.push(COMMA);
    parts.push(stored.bytes());
  });
  parts.push(END);
  return Buffer.concat(parts);
}

function includeOf({ query }: Call): IncludeObject {
  const value = query.get('includeObject') || 'Metadata';
  if (value === 'None' || value === 'Metadata' || value === 'Object') return value;
  throw statusError('BadRequest', `unrecognized includeObject value: "${value}"`);
}

import type { Clock } from '../../../base/clock.ts';
import { stringifyJson } from '../../../kube/values/json.ts';
import { statusError } from '../../../kube/values/status.ts';
import type { KubeObject } from '../../../kube/values/types.ts';
import { DEFAULT_COLUMNS } from '../kinds/columns.ts';
import type { ObjectEvent, ServedResource, Stored, StoredEvent, StoredList, StoredWatch } from '../types.ts';
import { CBOR_SEQUENCE, encodeCbor } from '../wire/cbor.ts';
import { encodingOf, type Representation, representationOf } from '../wire/negotiation.ts';
import {
  type ColumnsOf,
  columnDefinitions,
  type IncludeObject,
  listKindOf,
  metadataOf,
  table,
  tableRow,
} from '../wire/table.ts';
import { type Answer, bytes, JSON_TYPE, json } from './answers.ts';
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
      call.audit?.answered(object);
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
      const stream = streamOf(call.accept);
      const convert = converter(representation, includeOf(call), columnsOf(resource), clock);
      const key = `${stream.contentType} ${representation === 'table' ? `table ${includeOf(call)}` : representation}`;
      const isPlain = representation === 'object' && stream === JSON_STREAM;
      return {
        type: 'watch',
        contentType: stream.contentType,
        watch,
        failure: (status) => stream.event({ type: 'ERROR', object: status }),
        line(event, first) {
          if (event.type === 'BOOKMARK')
            return stream.event({ type: event.type, object: convert(event.object, first) });
          if (isPlain) return event.bytes();
          // Only the first event of each watch carries the column definitions: the others are shared.
          if (first && representation === 'table')
            return stream.event({ type: event.type, object: convert(event.stored.object, true) });
          return event.bytes(key, ({ type, stored }: ObjectEvent) =>
            stream.event({ type, object: convert(stored.object, false) }),
          );
        },
      };
    },
  };
}

/** How events follow one another. */
interface EventStream {
  readonly contentType: string;
  event(event: { readonly type: StoredEvent['type'] | 'ERROR'; readonly object: object }): Buffer;
}

const JSON_STREAM: EventStream = {
  contentType: JSON_TYPE,
  event: (event) => Buffer.from(`${stringifyJson(event)}\n`),
};
const CBOR_STREAM: EventStream = { contentType: CBOR_SEQUENCE, event: encodeCbor };

/** YAML has no way to say where a document of a stream ends before the next begins: there are no watches in it. */
function streamOf(accept: string | undefined): EventStream {
  const encoding = encodingOf(accept);
  if (encoding === 'yaml')
    throw statusError(
      'NotAcceptable',
      'only the following media types are accepted: application/json;stream=watch, application/cbor-seq',
    );
  return encoding === 'cbor' ? CBOR_STREAM : JSON_STREAM;
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

import type { Readable } from 'node:stream';
import { statusError } from '../../../kube/values/status.ts';
import type { RequestVerb } from '../authorization.ts';
import { type ApiContext, authorize, servedKind } from '../context.ts';
import { methodNotAllowed, notFound } from '../errors.ts';
import { type Connection, type ConnectRow, type Kind, keyOf, rowKind } from '../kinds/kind.ts';
import { rowOf } from '../kinds/subresource.ts';
import type { ConnectOptions, ConnectRequest, Dial, DialRequest, NodeConnection } from '../types.ts';

/** A stream of bytes from the node of an object (a pod's log): its kind says which node and what is asked of it. */
export async function connect(context: ApiContext, request: ConnectRequest): Promise<Readable> {
  const { signal, ...options } = request;
  const found = await find(context, { ...request, verb: 'get' });
  const connection = found.connectionFor(options);
  return nodeOf(context, request, found.kind, connection).read(connection.request, signal);
}

/** Streams in both directions to the node of an object. */
export async function dial(context: ApiContext, request: DialRequest): Promise<Dial> {
  const { connectionFor, kind } = await find(context, request);
  return async (options, signal) => {
    await admitConnection(context, kind, request, options);
    const connection = connectionFor(options);
    return nodeOf(context, request, kind, connection).open(connection.request, signal);
  };
}

/** Plug-ins are asked about what the client wants of the object, and may refuse; what they would change of it is left as it is. */
async function admitConnection(
  { admission }: ApiContext,
  kind: Kind,
  { user, namespace, name, subresource }: DialRequest,
  { container, command, stdin, tty, port }: ConnectOptions,
): Promise<void> {
  const { version, kind: optionsKind } = rowKind(kind, subresource);
  const asked = { container, command, stdin, tty, ports: port === undefined ? undefined : [port] };
  const said = Object.entries(asked).filter(([, value]) => value !== undefined);
  const object = { apiVersion: version, kind: optionsKind, metadata: {}, ...Object.fromEntries(said) };
  const about = { operation: 'CONNECT', user, kind, subresource, object, name, dryRun: false } as const;
  const attributes = { ...about, ...(namespace === undefined ? {} : { namespace }) };
  await admission.mutate(attributes);
  await admission.validate(attributes);
}

interface Found {
  readonly kind: Kind;
  readonly connectionFor: (options: ConnectOptions) => Connection;
}

async function find(context: ApiContext, request: DialRequest): Promise<Found> {
  const { subresource, namespace, name, verb } = request;
  const kind = servedKind(context, request, verb);
  const row = rowOf(kind, subresource);
  if (row?.type !== 'connect') throw methodNotAllowed(kind, `connect to ${subresource}`);
  for (const one of verbsOf(row, verb)) await authorize(context, request, one);
  const own = row.objectName?.(name) ?? name;
  const entry = context.store.get(keyOf(kind, namespace, own));
  if (!entry) throw notFound(kind, own);
  return { kind, connectionFor: (options) => row.connect(entry.object, options, context, name) };
}

/** A command in a pod changes it, whatever the method of the handshake is (kubernetes/kubernetes#133515). */
const verbsOf = ({ answer }: ConnectRow, verb: RequestVerb): readonly RequestVerb[] =>
  verb !== 'create' && (answer === 'command' || answer === 'portForward') ? [verb, 'create'] : [verb];

function nodeOf(
  context: ApiContext,
  { subresource, name }: DialRequest | ConnectRequest,
  kind: Kind,
  { node }: Connection,
): NodeConnection {
  const connection = context.nodeConnections(node);
  if (connection) return connection;
  const what = subresource === 'log' ? 'read the log' : `connect to ${subresource}`;
  throw statusError(
    'ServiceUnavailable',
    `cannot ${what} of ${kind.singular} ${name}: node ${node} is not connected`,
  );
}

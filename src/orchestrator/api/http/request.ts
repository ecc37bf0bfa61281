import type { IncomingMessage } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { problemOf } from '../../../base/errors.ts';
import { readRequestBody } from '../../../base/requestbody.ts';
import type { User } from '../../../kube/client/client.ts';
import { type Bounds, OBJECT_BOUNDS, parseCountedJson } from '../../../kube/values/bounds.ts';
import { repeatedKeys } from '../../../kube/values/repeatedkeys.ts';
import { StatusError, statusError } from '../../../kube/values/status.ts';
import type { Json } from '../../../kube/values/types.ts';
import { parseYamlBody } from '../../../kube/values/yaml.ts';
import type { BodyReading } from '../types.ts';
import { CBOR, decodeCbor } from '../wire/cbor.ts';
import { decodeProtobuf, PROTOBUF } from '../wire/protobuf.ts';
import type { CallAudit } from './audit.ts';
import type { Route } from './requestinfo.ts';

/** One request as the handlers see it. */
export interface Call {
  readonly method: string;
  /** Without query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** What the path means to this server. */
  readonly route: Route;
  readonly user: User;
  readonly accept: string | undefined;
  readonly acceptEncoding: string | undefined;
  /** Hashes of the answers that the client has. */
  readonly ifNoneMatch: string | undefined;
  readonly userAgent: string;
  readonly contentType: string;
  /** Reads the body once. */
  readonly body: () => Promise<Buffer>;
  /** Aborts when the client has gone. */
  readonly signal: () => AbortSignal;
  /** Texts for the Warning header. */
  readonly warnings: string[];
  /** Where the request is recorded. */
  readonly audit?: CallAudit;
}

/** kube-apiserver's limit for a resource request (`MaxRequestBodyBytes`). */
const BODY_LIMIT = 3 * 1024 * 1024;
/** What takes so long to be read that others are answered before anything is done with it. */
const LARGE_BODY = 128 * 1024;
/** Reading YAML takes ten times as long as reading JSON, on the thread that answers everybody. */
const YAML_BOUNDS: Bounds = { ...OBJECT_BOUNDS, bytes: 1024 * 1024 };

/** The bytes of a request. Throws RequestEntityTooLarge. */
export async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const bytes = await readRequestBody(request, BODY_LIMIT);
  if (bytes) return bytes;
  throw statusError('RequestEntityTooLarge', `Request entity too large: limit is ${BODY_LIMIT}`);
}

/** A body that has been read, and what its text held beyond its value. */
export interface Body {
  readonly value: Json;
  readonly reading: BodyReading;
}

/** The body as JSON; what kubectl sends may also be YAML or protobuf. An empty body is undefined. */
export async function bodyOf(call: Call, ...extraYamlTypes: readonly string[]): Promise<Body | undefined> {
  const bytes = await call.body();
  if (bytes.length === 0) return undefined;
  const body = read(call, bytes, extraYamlTypes);
  call.audit?.body(body.value);
  if (bytes.length > LARGE_BODY) await nextTurn();
  return body;
}

function read(call: Call, bytes: Buffer, extraYamlTypes: readonly string[]): Body {
  if (call.contentType === PROTOBUF) return { value: decodeProtobuf(bytes), reading: { type: 'json' } };
  if (call.contentType === CBOR || call.contentType === APPLY_CBOR) return readCbor(bytes);
  const text = bytes.toString('utf8');
  if (call.contentType === 'application/yaml' || extraYamlTypes.includes(call.contentType))
    return readYaml(text);
  if (call.contentType === '' || call.contentType.endsWith('json')) return readJson(text);
  throw unsupported(['application/json', 'application/yaml', CBOR, PROTOBUF]);
}

export async function requiredBody(call: Call, ...extraYamlTypes: readonly string[]): Promise<Body> {
  const body = await bodyOf(call, ...extraYamlTypes);
  if (body === undefined)
    throw statusError('BadRequest', 'the request has no body, but an object is expected');
  return body;
}

/** The body as an object of `kind`; what cannot be read is refused as by apiserver `pkg/endpoints/handlers/rest.go`, transformDecodeError. */
export async function objectBody(call: Call, kind: string): Promise<Body> {
  try {
    return await requiredBody(call);
  } catch (error) {
    if (!(error instanceof UnreadableBody)) throw error;
    throw new UnreadableBody(
      `the object provided is unrecognized (must be of type ${kind}): ${error.message}`,
    );
  }
}

class UnreadableBody extends StatusError {
  constructor(message: string) {
    super(statusError('BadRequest', message).status);
  }
}

function readJson(text: string): Body {
  try {
    const read = parseCountedJson(text);
    const keys = repeatedKeys(text, read);
    return { value: read.value as Json, reading: { type: 'json', ...(keys ? { keys } : {}) } };
  } catch (error) {
    throw new UnreadableBody(`the body is not valid JSON: ${problemOf(error).message}`);
  }
}

/** A patch that applies may be CBOR too. */
export const APPLY_CBOR = 'application/apply-patch+cbor';

function readCbor(bytes: Buffer): Body {
  try {
    return { value: decodeCbor(bytes), reading: { type: 'json' } };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UnreadableBody(`the body is not valid CBOR: ${error.message}`);
  }
}

function readYaml(text: string): Body {
  // kubectl sends JSON as application/apply-patch+yaml, which it is.
  if (text.startsWith('{')) {
    try {
      return readJson(text);
    } catch (error) {
      if (text.length > YAML_BOUNDS.bytes) throw error;
    }
  }
  const parsed = parseYamlBody(text, YAML_BOUNDS);
  if (parsed.ok)
    return { value: parsed.value.value, reading: { type: 'yaml', lines: parsed.value.repeated } };
  const [{ place, message }] = parsed.problems;
  const line = place?.line === undefined ? '' : ` at line ${place.line}`;
  throw new UnreadableBody(`the body is not valid YAML${line}: ${message}`);
}

export function unsupported(accepted: readonly string[]) {
  return statusError(
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  );
}

import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import { parseBool } from '../../../kube/values/bool.ts';
import { parseJson } from '../../../kube/values/json.ts';
import { indentedJson } from '../../../kube/values/jsonindent.ts';
import { dumpYaml } from '../../../kube/values/yaml.ts';
import { CBOR, encodeCbor } from '../wire/cbor.ts';
import { type Encoding, encodingOf } from '../wire/negotiation.ts';
import { type Answer, JSON_TYPE } from './answers.ts';
import type { Call } from './request.ts';

type Bytes = Extract<Answer, { type: 'bytes' }>;

/** An answer of JSON as the client would rather have it; `indented`: for a person to read. */
export function encoded(answer: Answer, accept: string | undefined, indented: boolean): Answer {
  if (answer.type !== 'bytes' || !answer.contentType.startsWith(JSON_TYPE)) return answer;
  const encoding = encodingOf(accept);
  // What has a hash is sent as it was hashed.
  if (encoding === 'json' && (!indented || answer.headers?.ETag)) return answer;
  if (encoding === 'json')
    return { ...answer, body: Buffer.from(indentedJson(answer.body.toString('utf8'))) };
  const contentType = answer.contentType.replace(JSON_TYPE, TYPES[encoding]);
  return { ...answer, contentType, body: ENCODERS[encoding](parseJson(answer.body.toString('utf8'))) };
}

const TYPES: Readonly<Record<Encoding, string>> = { json: JSON_TYPE, yaml: 'application/yaml', cbor: CBOR };

const ENCODERS: Readonly<Record<'yaml' | 'cbor', (value: unknown) => Buffer>> = {
  yaml: (value) => Buffer.from(dumpYaml(value)),
  cbor: encodeCbor,
};

/**
 * Whether the answer is to be read by a person: who asks for it, and programs that show what they get as it is (apiserver
 * `pkg/endpoints/handlers/negotiation/negotiate.go`, isPrettyPrint).
 */
export function wantsIndented(query: URLSearchParams, userAgent: string | undefined): boolean {
  const asked = query.get('pretty');
  return asked ? parseBool(asked) === true : /^(?:curl|Wget|Mozilla\/5\.0)/.test(userAgent ?? '');
}

/** The client has this very answer already, it says. */
export function unlessKnown(answer: Bytes, hash: string, { ifNoneMatch }: Pick<Call, 'ifNoneMatch'>): Answer {
  const etag = `"${hash}"`;
  const headers = { ...answer.headers, ETag: etag, Vary: 'Accept' };
  const isKnown = ifNoneMatch?.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
  return isKnown ? { ...answer, headers, code: 304, body: Buffer.alloc(0) } : { ...answer, headers };
}

/** Smaller answers are not worth it (apiserver `responsewriters/writers.go`, defaultGzipThresholdBytes). */
const LEAST_COMPRESSED = 128 * 1024;

const compress = promisify(gzip);

/** A large answer compressed, where the client takes that; on a thread of its own. */
export async function compressed(answer: Answer, acceptEncoding: string | undefined): Promise<Answer> {
  if (answer.type !== 'bytes' || answer.body.length < LEAST_COMPRESSED || !takesGzip(acceptEncoding))
    return answer;
  const body = await compress(answer.body, { level: constants.Z_BEST_SPEED });
  const vary = answer.headers?.Vary ? `${answer.headers.Vary}, Accept-Encoding` : 'Accept-Encoding';
  return { ...answer, body, headers: { ...answer.headers, 'Content-Encoding': 'gzip', Vary: vary } };
}

const takesGzip = (acceptEncoding = ''): boolean =>
  acceptEncoding.split(',').some((coding) => /^\s*gzip\s*(?:;\s*q=(?!0(?:\.0*)?\s*$).*)?$/i.test(coding));

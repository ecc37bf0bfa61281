import { createHash } from 'node:crypto';
import { EXPOSITION } from '../../../base/exposition.ts';
import { notServed } from '../errors.ts';
import type { KindRegistry } from '../types.ts';
import type { ServerVersion } from '../version.ts';
import { aggregatedList, apiGroup, coreVersions, groupList, resourceList } from '../wire/discovery.ts';
import { aggregatedDiscovery, mediaRanges } from '../wire/negotiation.ts';
import { createOpenApi, type Document, type OpenApi } from '../wire/openapi/openapi.ts';
import type { RemoteVersion } from '../wire/remoteversion.ts';
import { type Answer, bytes, json } from './answers.ts';
import { unlessKnown } from './encoding.ts';
import { answerHealth, type Check, type HealthPath } from './health.ts';
import { answerImage, type ImageSource } from './images.ts';
import { type IssuerDocuments, issuerConfiguration, issuerKeys } from './openid.ts';
import type { Call } from './request.ts';

interface World {
  readonly kinds: KindRegistry;
  /** What aggregated API servers serve now. */
  readonly remote: () => readonly RemoteVersion[];
  readonly version: ServerVersion;
  readonly openapi: OpenApi;
  /** undefined: ready; else why not. */
  readonly readiness: () => string | undefined;
  /** The server takes no more requests. */
  readonly closing: () => boolean;
  readonly issuer: IssuerDocuments;
  /** What nodes on other machines get images from. */
  readonly images?: ImageSource | undefined;
  /** What is counted, in the text format of Prometheus. */
  readonly metrics: () => string;
}

type PathHandler = (world: World, call: Call, match: readonly string[]) => Answer | undefined;

/** Everything that is served beside resources. The first pattern that matches answers. */
const PATHS: readonly (readonly [RegExp, PathHandler])[] = [
  [
    /^\/(healthz|livez|readyz)(?:\/(.*))?$/,
    (world, call, [, path, only]) => answerHealth(path as HealthPath, checksOf(world, path), call, only),
  ],
  [/^\/version\/?$/, ({ version }) => json({ ...NO_BUILD, ...version })],
  [/^\/api\/?$/, (world, call) => discoveryRoot(world, call, true)],
  [/^\/apis\/?$/, (world, call) => discoveryRoot(world, call, false)],
  [/^\/api\/(v1)\/?$/, ({ kinds }, _call, [, version = '']) => found(resourceList(kinds, '', version))],
  [
    /^\/apis\/([^/]+)\/?$/,
    ({ kinds, remote }, _call, [, group = '']) => found(apiGroup(kinds, remote(), group)),
  ],
  [
    /^\/apis\/([^/]+)\/([^/]+)\/?$/,
    ({ kinds }, _call, [, group = '', version = '']) => found(resourceList(kinds, group, version)),
  ],
  [/^\/openapi\/v3\/?$/, ({ openapi, remote }, call) => openApiAnswer(openapi.index(remote()), call)],
  [/^\/openapi\/v3\/(.+?)\/?$/, ({ openapi }, call, [, path = '']) => openApiDocument(openapi, path, call)],
  [/^\/openapi\/v2$/, ({ openapi }, call) => openApiV2(openapi, call)],
  [/^\/\.well-known\/openid-configuration\/?$/, ({ issuer }) => issuerConfiguration(issuer)],
  [/^\/openid\/v1\/jwks\/?$/, ({ issuer }) => issuerKeys(issuer)],
  [
    /^\/pilotage\/v1\/nodes\/[^/]+\/(images|contents)\/([^/]+)$/,
    ({ images }, _call, [, what = '', name = '']) => answerImage(images, what, name),
  ],
  [/^\/metrics$/, ({ metrics }) => ({ ...bytes(Buffer.from(metrics())), contentType: EXPOSITION })],
  [/^\/$/, (world) => json({ paths: pathsServed(world) })],
];

const NO_BUILD = { gitCommit: '', gitTreeState: 'clean', buildDate: '', goVersion: '', compiler: '' };

export interface Paths {
  answer(call: Call): Answer;
}

export function createPaths(world: Omit<World, 'openapi'>): Paths {
  const whole: World = { ...world, openapi: createOpenApi(world.kinds, world.version.gitVersion) };
  return {
    answer(call) {
      if (call.method !== 'GET' && call.method !== 'HEAD') throw notServed();
      for (const [pattern, handler] of PATHS) {
        const match = pattern.exec(call.path);
        const answer = match && handler(whole, call, match);
        if (answer) return answer;
      }
      throw notServed();
    },
  };
}

const found = (value: object | undefined): Answer | undefined => value && json(value);

/** `ping` says that somebody answers, `etcd` that the store takes writes: Kubernetes' names, by which scripts exclude them. */
const checksOf = ({ readiness, closing }: World, path: string | undefined): readonly Check[] => [
  { name: 'ping', check: () => undefined },
  { name: 'etcd', check: path === 'readyz' ? readiness : () => undefined },
  ...(path === 'readyz'
    ? [{ name: 'shutdown', check: () => (closing() ? 'the server is shutting down' : undefined) }]
    : []),
];

function pathsServed({ kinds, remote }: World): string[] {
  const groups = [...kinds.all(), ...remote()].filter(({ group }) => group !== '');
  const versions = groups.flatMap(({ group, version }) => [`/apis/${group}`, `/apis/${group}/${version}`]);
  const health = (['healthz', 'livez', 'readyz'] as const).map((path) => `/${path}`);
  return [
    ...new Set(['/.well-known/openid-configuration', '/api', '/api/v1', '/apis', ...versions, ...health]),
    '/metrics',
    '/openapi/v2',
    '/openapi/v3',
    '/openid/v1/jwks',
    '/version',
  ].sort();
}

function discoveryRoot({ kinds, remote }: World, call: Call, core: boolean): Answer {
  const version = aggregatedDiscovery(call.accept);
  if (version === undefined) return json(core ? coreVersions('') : groupList(kinds, remote()));
  const body = Buffer.from(JSON.stringify(aggregatedList(kinds, remote(), version, core)));
  // The type is how a client tells the aggregated form from the old one.
  const contentType = `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
  const hash = createHash('sha512').update(body).digest('hex').toUpperCase();
  return unlessKnown({ type: 'bytes', code: 200, contentType, body }, hash, call);
}

const openApiAnswer = ({ bytes: body, hash }: Document, call: Call): Answer =>
  unlessKnown(bytes(body), hash, call);

/** An address that names the hash of its document never has another, and may be kept (kube-openapi `handler3`). */
function openApiDocument(openapi: OpenApi, path: string, call: Call): Answer | undefined {
  const document = openapi.document(path);
  if (!document) return undefined;
  const asked = call.query.get('hash');
  const answer = unlessKnown(bytes(document.bytes), document.hash, call);
  if (asked === null || answer.type !== 'bytes') return answer;
  if (asked === document.hash)
    return { ...answer, headers: { ...answer.headers, 'Cache-Control': 'public, immutable' } };
  const location = `/openapi/v3/${path}?hash=${document.hash}`;
  return {
    type: 'bytes',
    code: 301,
    contentType: 'text/plain',
    body: Buffer.alloc(0),
    headers: { Location: location },
  };
}

function openApiV2(openapi: OpenApi, call: Call): Answer {
  const isProtobuf = mediaRanges(call.accept)[0]?.type.includes('protobuf');
  if (!isProtobuf) return openApiAnswer(openapi.v2(), call);
  const { bytes: body, hash } = openapi.v2Protobuf();
  const contentType = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';
  return unlessKnown({ type: 'bytes', code: 200, contentType, body }, hash, call);
}

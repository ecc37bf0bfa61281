import { notServed } from '../errors.ts';
import type { KindRegistry } from '../types.ts';
import type { ServerVersion } from '../version.ts';
import { aggregatedList, apiGroup, coreVersions, groupList, resourceList } from '../wire/discovery.ts';
import { aggregatedDiscovery, mediaRanges } from '../wire/negotiation.ts';
import { createOpenApi, type OpenApi } from '../wire/openapi.ts';
import { createOpenApi2 } from '../wire/openapi2.ts';
import { type Answer, bytes, json, text } from './answers.ts';
import { type IssuerDocuments, issuerConfiguration, issuerKeys } from './openid.ts';
import type { Call } from './request.ts';

interface World {
  readonly kinds: KindRegistry;
  readonly version: ServerVersion;
  readonly openapi: OpenApi;
  readonly openapi2: () => Buffer;
  /** undefined: ready; else why not. */
  readonly readiness: () => string | undefined;
  readonly issuer: IssuerDocuments;
}

type PathHandler = (world: World, call: Call, match: readonly string[]) => Answer | undefined;

/** Everything that is served beside resources. The first pattern that matches answers. */
const PATHS: readonly (readonly [RegExp, PathHandler])[] = [
  [/^\/(?:healthz|livez)(?:\/.*)?$/, () => text('ok')],
  [
    /^\/readyz(?:\/.*)?$/,
    ({ readiness }) => (readiness() === undefined ? text('ok') : text(readiness() ?? '', 503)),
  ],
  [/^\/version\/?$/, ({ version }) => json({ ...NO_BUILD, ...version })],
  [/^\/api\/?$/, (world, call) => discoveryRoot(world, call, true)],
  [/^\/apis\/?$/, (world, call) => discoveryRoot(world, call, false)],
  [/^\/api\/(v1)\/?$/, ({ kinds }, _call, [, version = '']) => found(resourceList(kinds, '', version))],
  [/^\/apis\/([^/]+)\/?$/, ({ kinds }, _call, [, group = '']) => found(apiGroup(kinds, group))],
  [
    /^\/apis\/([^/]+)\/([^/]+)\/?$/,
    ({ kinds }, _call, [, group = '', version = '']) => found(resourceList(kinds, group, version)),
  ],
  [/^\/openapi\/v3\/?$/, ({ openapi }) => bytes(openapi.index())],
  [/^\/openapi\/v3\/(.+?)\/?$/, ({ openapi }, _call, [, path = '']) => openApiDocument(openapi, path)],
  [/^\/openapi\/v2$/, ({ openapi2 }, call) => openApiV2(openapi2, call)],
  [/^\/\.well-known\/openid-configuration\/?$/, ({ issuer }) => issuerConfiguration(issuer)],
  [/^\/openid\/v1\/jwks\/?$/, ({ issuer }) => issuerKeys(issuer)],
  [
    /^\/$/,
    () => json({ paths: ['/api', '/apis', '/healthz', '/livez', '/openapi/v3', '/readyz', '/version'] }),
  ],
];

const NO_BUILD = { gitCommit: '', gitTreeState: 'clean', buildDate: '', goVersion: '', compiler: '' };

export interface Paths {
  answer(call: Call): Answer;
}

export function createPaths(world: Omit<World, 'openapi' | 'openapi2'>): Paths {
  const { gitVersion } = world.version;
  const whole: World = {
    ...world,
    openapi: createOpenApi(world.kinds, gitVersion),
    openapi2: createOpenApi2(world.kinds, gitVersion),
  };
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

function discoveryRoot({ kinds }: World, call: Call, core: boolean): Answer {
  const version = aggregatedDiscovery(call.accept);
  if (version === undefined) return json(core ? coreVersions('') : groupList(kinds));
  const body = Buffer.from(JSON.stringify(aggregatedList(kinds, version, core)));
  // The type is how a client tells the aggregated form from the old one.
  const contentType = `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
  return { type: 'bytes', code: 200, contentType, body };
}

function openApiDocument(openapi: OpenApi, path: string): Answer | undefined {
  const body = openapi.document(path);
  return body && bytes(body);
}

/** kubectl reads the old document for `kind: List` manifests only, as protobuf, in which there is an empty one. */
const EMPTY_V2 = Buffer.from([0x0a, 0x03, ...Buffer.from('2.0')]);

function openApiV2(document: () => Buffer, call: Call): Answer {
  const wantsProtobuf = mediaRanges(call.accept).some(({ type }) => type.includes('protobuf'));
  if (!wantsProtobuf) {
    return bytes(document());
  }
  const contentType = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';
  return { type: 'bytes', code: 200, contentType, body: EMPTY_V2 };
}

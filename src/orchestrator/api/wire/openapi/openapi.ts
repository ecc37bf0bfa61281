import { createHash } from 'node:crypto';
import type { JsonObject } from '../../../../kube/values/types.ts';
import type { KindRegistry, ServedResource } from '../../types.ts';
import type { RemoteVersion } from '../remoteversion.ts';
import { createComponents, type OpenApiVersion, pathOf } from './components.ts';
import { pathsOf } from './paths.ts';
import { swaggerProtobuf } from './swaggerprotobuf.ts';

/** OpenAPI as `kubectl explain`, `apply` and client generators read it: v3 with an index and a document per group-version, v2 whole. */
export interface OpenApi {
  /** With the documents of aggregated API servers, which these serve themselves. */
  index(remote: readonly RemoteVersion[]): Document;
  /** `api/v1`, `apis/apps/v1`; undefined: not served. */
  document(path: string): Document | undefined;
  /** Swagger 2.0 of everything. */
  v2(): Document;
  /** The same in protobuf. */
  v2Protobuf(): Document;
}

export interface Document {
  readonly bytes: Buffer;
  /** SHA-512 of the bytes, in upper-case hexadecimal. */
  readonly hash: string;
}

/** Documents are made when first asked for, and again when one of their resources has changed. */
export function createOpenApi(kinds: KindRegistry, version: string): OpenApi {
  const known = new Map<string, Document & { readonly rows: string }>();
  /** `key` names the document; it is made again when its rows, or what else it is made of, are others. */
  const made = (
    key: string,
    rows: readonly ServedResource[],
    make: () => object | Buffer,
    more = '',
  ): Document => {
    const hashes = rows.map((row) => `${row.plural} ${row.hash}`).join() + more;
    const before = known.get(key);
    if (before?.rows === hashes) return before;
    const value = make();
    const bytes = value instanceof Buffer ? value : Buffer.from(JSON.stringify(value));
    const hash = createHash('sha512').update(bytes).digest('hex').toUpperCase();
    const document = { bytes, hash, rows: hashes };
    known.set(key, document);
    return document;
  };
  const document = (path: string): Document | undefined => {
    const rows = kinds.all().filter((row) => pathOf(row) === path);
    if (rows.length > 0) return made(path, rows, () => documentOf(rows, version));
    known.delete(path);
    return undefined;
  };
  return {
    document,
    index(remote) {
      const others = remote.flatMap((one) =>
        one.openApiUrl === undefined ? [] : [[pathOf(one), { serverRelativeURL: one.openApiUrl }]],
      );
      const index = () => {
        const paths = [...new Set(kinds.all().map(pathOf))].map((path) => [
          path,
          { serverRelativeURL: `/openapi/v3/${path}?hash=${document(path)?.hash ?? ''}` },
        ]);
        return { paths: Object.fromEntries([...paths, ...others]) };
      };
      return made('index', kinds.all(), index, JSON.stringify(others));
    },
    v2: () => made('v2', kinds.all(), () => swaggerOf(kinds.all(), version)),
    v2Protobuf: () =>
      made('v2 in protobuf', kinds.all(), () => swaggerProtobuf(plain(swaggerOf(kinds.all(), version)))),
  };
}

/** Without what only JSON leaves out. */
const plain = (document: object): JsonObject => JSON.parse(JSON.stringify(document));

const info = (version: string) => ({ title: 'Kubernetes', version });

function documentOf(rows: readonly ServedResource[], version: string): object {
  const { paths, schemas } = contentOf(rows, 3);
  return { openapi: '3.0.0', info: info(version), paths, components: { schemas } };
}

function swaggerOf(rows: readonly ServedResource[], version: string): object {
  const { paths, schemas } = contentOf(rows, 2);
  return { swagger: '2.0', info: info(version), paths, definitions: schemas };
}

function contentOf(rows: readonly ServedResource[], version: OpenApiVersion) {
  const components = createComponents(version);
  const paths: object = Object.assign({}, ...rows.map((row) => pathsOf(row, components, version)));
  return { paths, schemas: components.all() };
}

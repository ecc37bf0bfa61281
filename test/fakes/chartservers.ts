import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { TAR_END, type TarEntry, tarEntry } from '../../src/base/tar.ts';
import type { Login } from '../../src/charts/registry/session.ts';
import { ChartFetcher, type FetcherOptions } from '../../src/charts/remote/fetcher.ts';
import type { Ask, WebAnswer, WebRequest } from '../../src/charts/web/ask.ts';
import { digestOf } from '../../src/charts/web/digest.ts';
import { goDialect } from '../../src/render/helm/dialect.ts';

/** A packed chart: Chart.yaml, and what a test adds. */
export function packed(name: string, version: string, files: Readonly<Record<string, string>> = {}): Buffer {
  const all = { 'Chart.yaml': `apiVersion: v2\nname: ${name}\nversion: ${version}\n`, ...files };
  return archiveOf(
    Object.entries(all).map(([path, text]) => ({
      type: 'file',
      path: `${name}/${path}`,
      mode: 0o644,
      bytes: Buffer.from(text),
    })),
  );
}

export const archiveOf = (entries: readonly TarEntry[]): Buffer =>
  gzipSync(Buffer.concat([...entries.flatMap((entry) => [...tarEntry(entry)]), TAR_END]));

export const answer = (
  status: number,
  body: string | Buffer = '',
  headers: Readonly<Record<string, string>> = {},
): WebAnswer => ({ status, headers, body: Buffer.from(body) });

/** The network as a table: `GET https://host/path` → answer; everything else is 404. `asked` is what was. */
export interface FakeWeb {
  readonly ask: Ask;
  readonly answers: Record<string, WebAnswer | ((request: WebRequest) => WebAnswer)>;
  readonly asked: WebRequest[];
}

export function fakeWeb(answers: FakeWeb['answers'] = {}): FakeWeb {
  const asked: WebRequest[] = [];
  const ask: Ask = async (request) => {
    asked.push(request);
    const known = answers[`${request.method ?? 'GET'} ${request.url}`];
    return typeof known === 'function' ? known(request) : (known ?? answer(404));
  };
  return { ask, answers, asked };
}

/** Puts charts of a registry into a fake web, as `oci://host/repository:tag`. */
export function serveChart(
  web: FakeWeb,
  {
    host = 'r.example.com',
    repository,
    tag,
    archive,
  }: { host?: string; repository: string; tag: string; archive: Buffer },
): { readonly manifest: string } {
  const config = Buffer.from('{}');
  const descriptor = (mediaType: string, bytes: Buffer) => ({
    mediaType,
    digest: digestOf(bytes),
    size: bytes.length,
  });
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      config: descriptor('application/vnd.cncf.helm.config.v1+json', config),
      layers: [descriptor('application/vnd.cncf.helm.chart.content.v1.tar+gzip', archive)],
    }),
  );
  const at = `GET https://${host}/v2/${repository}`;
  for (const name of [tag, digestOf(manifest)])
    web.answers[`${at}/manifests/${name}`] = answer(200, manifest);
  web.answers[`${at}/blobs/${digestOf(archive)}`] = answer(200, archive);
  return { manifest: digestOf(manifest) };
}

export const fetcherFor = (web: FakeWeb, options: Partial<FetcherOptions> = {}): ChartFetcher =>
  new ChartFetcher({
    ask: web.ask,
    dialect: goDialect,
    plainHttp: false,
    loginFor: async () => undefined,
    repositoryLogin: async () => undefined,
    ...options,
  });

export const ann: Login = { type: 'password', username: 'ann', password: 'hunter2' };
export const annsBasic = `Basic ${Buffer.from('ann:hunter2').toString('base64')}`;

/** A real server, for what only sockets do. */
export async function startServer(
  handle: RequestListener,
): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The reason and the words of what a promise rejects with. */
export async function refusal(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    const { problem } = error as { problem?: { reason: string; message: string; remedy?: string } };
    if (!problem) throw error;
    return `${problem.reason}: ${problem.message}${problem.remedy ? ` → ${problem.remedy}` : ''}`;
  }
  throw new Error('nothing was refused');
}

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { RegistryCredential, TerminalSize } from '../../runtime.ts';
import { registryAuth } from './auth.ts';
import { type BuildRequest, buildRequest } from './build.ts';
import { type EngineHttp, engineHttp, isGone } from './http.ts';
import type {
  CreateRequest,
  EngineInfo,
  EngineStats,
  EngineVersion,
  InspectedContainer,
  InspectedExec,
  InspectedImage,
  ListedContainer,
  ListedImage,
} from './types.ts';

export interface LogRequest {
  readonly follow: boolean;
  readonly timestamps: boolean;
  /** Seconds since the epoch, with a fraction. */
  readonly since?: string;
  /** Lines at the end; absent: all of them. */
  readonly tail?: number;
}

/** IPv4 ranges, and an address. */
export interface NetworkRanges {
  readonly subnet: string;
  readonly gateway: string;
  readonly pods: string;
}

export interface ExecSettings {
  readonly command: readonly string[];
  readonly tty: boolean;
  readonly stdin: boolean;
}

/** A container engine of this machine: thin words for its requests. All reject with EngineError, or when the engine does not answer. */
export interface Engine {
  readonly socketPath: string;
  /** The scheme of containerIDs and of `containerRuntimeVersion`. */
  readonly name: 'docker' | 'podman';
  readonly version: string;

  image(reference: string): Promise<InspectedImage | undefined>;
  /** Lines of JSON (`PullLine`), of which one may be an error. `credential`: of the registry that the reference names. */
  pull(
    reference: string,
    credential: RegistryCredential | undefined,
    signal?: AbortSignal,
  ): Promise<IncomingMessage>;
  /** Those that carry the label (`name=value`), intermediate ones aside. */
  images(label: string): Promise<readonly ListedImage[]>;
  /** Takes a name from an image, which goes with its last one. Rejects where a container has it. */
  removeImage(reference: string): Promise<void>;
  /** The folder of its images, of this machine; undefined: it does not say. */
  storageDir(): Promise<string | undefined>;
  /** An image of one layer, named `repository:tag`. */
  importImage(archive: Buffer, repository: string, tag: string): Promise<void>;

  /** Lines of JSON (`BuildLine`), of which one may be an error. Without the signal's end it lasts until the image is made. */
  build(request: BuildRequest, signal: AbortSignal): Promise<IncomingMessage>;

  /** Gives an image another name. */
  tag(reference: string, repository: string, tag: string): Promise<void>;
  /** Lines of JSON (`PushLine`), of which one may be an error. */
  push(
    repository: string,
    tag: string,
    credential: RegistryCredential | undefined,
    signal: AbortSignal,
  ): Promise<IncomingMessage>;

  /** Whether a registry has what this names. Docker alone asks one; rejects too where the registry refuses to say. */
  isInRegistry(
    reference: string,
    credential: RegistryCredential | undefined,
    signal: AbortSignal,
  ): Promise<boolean>;

  create(name: string, request: CreateRequest): Promise<string>;
  start(container: string): Promise<void>;
  inspect(container: string): Promise<InspectedContainer | undefined>;
  /** Resolves with its exit code when it does not run any more. */
  wait(container: string, signal: AbortSignal | undefined): Promise<number>;
  /** Those that carry all labels (`name=value`), whether they run or not. */
  list(labels: readonly string[]): Promise<readonly ListedContainer[]>;
  /** Does nothing when it does not run. */
  kill(container: string, signal: string): Promise<void>;
  /** Kills it first; one that is not there is no error. */
  remove(container: string): Promise<void>;

  /** Whether there is one of the name. */
  network(name: string): Promise<boolean>;
  /** A bridge; the engine gives out addresses of `pods` alone. */
  createNetwork(name: string, ranges: NetworkRanges): Promise<void>;
  /** One that is not there is no error. */
  removeNetwork(name: string): Promise<void>;

  logs(container: string, request: LogRequest, signal: AbortSignal): Promise<IncomingMessage>;
  attach(container: string, stdin: boolean): Promise<Duplex>;
  resize(container: string, size: TerminalSize): Promise<void>;
  createExec(container: string, settings: ExecSettings): Promise<string>;
  startExec(exec: string, tty: boolean): Promise<Duplex>;
  inspectExec(exec: string): Promise<InspectedExec>;
  resizeExec(exec: string, size: TerminalSize): Promise<void>;
  stats(container: string): Promise<EngineStats>;
  /** Lines of JSON (`EngineEvent`) of containers with the label, from now on. */
  events(label: string, signal: AbortSignal): Promise<IncomingMessage>;
}

/** Rejects when no engine answers on the socket, or one whose containers this machine cannot reach. */
export async function connectEngine(socketPath: string): Promise<Engine> {
  const http = engineHttp(socketPath);
  const signal = AbortSignal.timeout(CONNECT_MS);
  const version = await http.json<EngineVersion>({ path: '/version', signal });
  const info = await http.json<EngineInfo>({ path: '/info', signal });
  const problem = unusable(info);
  if (problem) throw new Error(`${socketPath} ${problem}`);
  const isPodman = version.Components?.some(({ Name }) => Name.startsWith('Podman')) ?? false;
  return engineOn(http, isPodman ? 'podman' : 'docker', version.Version);
}

const CONNECT_MS = 20_000;
const REGISTRY_MS = 20_000;

function unusable({ Rootless, SecurityOptions, OSType = 'linux' }: EngineInfo): string | undefined {
  if (OSType !== 'linux') return `is an engine for containers of ${OSType}`;
  const isRootless = Rootless || SecurityOptions?.some((option) => option.startsWith('name=rootless'));
  return isRootless
    ? 'is a rootless engine: this node could not reach the addresses of its containers; run a rootful one'
    : undefined;
}

function engineOn(http: EngineHttp, name: Engine['name'], version: string): Engine {
  const post = <T>(path: string, more: object = {}) => http.json<T>({ method: 'POST', path, ...more });
  const of = (container: string, what: string): string =>
    `/containers/${encodeURIComponent(container)}/${what}`;
  const size = ({ columns, rows }: TerminalSize) => ({ query: { w: columns, h: rows } });
  return {
    socketPath: http.socketPath,
    name,
    version,

    image: (reference) => found(http.json({ path: `/images/${reference}/json` })),
    pull: (reference, credential, signal) =>
      http.open({
        method: 'POST',
        path: '/images/create',
        query: pullQuery(reference),
        ...(credential ? { headers: { 'x-registry-auth': registryAuth(credential) } } : {}),
        ...(signal ? { signal } : {}),
      }),
    images: (label) =>
      http.json({ path: '/images/json', query: { filters: JSON.stringify({ label: [label] }) } }),
    removeImage: async (reference) =>
      void (await found(http.json({ method: 'DELETE', path: `/images/${reference}` }))),
    storageDir: async () => (await http.json<EngineInfo>({ path: '/info' })).DockerRootDir,
    async importImage(archive, repository, tag) {
      const made = await post<{ readonly status: string }>('/images/create', {
        query: { fromSrc: '-', repo: repository },
        archive,
      });
      // Podman ignores the tag of an import.
      await post(`/images/${made.status}/tag`, { query: { repo: repository, tag } });
    },

    tag: (reference, repo, tag) => post(`/images/${reference}/tag`, { query: { repo, tag } }),
    push: (repository, tag, credential, signal) =>
      http.open({
        method: 'POST',
        path: `/images/${repository}/push`,
        query: { tag },
        headers: { 'x-registry-auth': registryAuth(credential) },
        signal,
      }),
    isInRegistry: async (reference, credential, signal) =>
      (await found(
        http.json({
          path: `/distribution/${reference}/json`,
          headers: { 'x-registry-auth': registryAuth(credential) },
          signal: AbortSignal.any([signal, AbortSignal.timeout(REGISTRY_MS)]),
        }),
      )) !== undefined,
    build: (request, signal) => http.open({ ...buildRequest(request), signal }),

    create: async (container, body) =>
      (await post<{ readonly Id: string }>('/containers/create', { query: { name: container }, body })).Id,
    start: (container) => post(of(container, 'start')),
    inspect: (container) => found(http.json({ path: of(container, 'json') })),
    wait: async (container, signal) =>
      (
        await post<{ readonly StatusCode: number }>(of(container, 'wait'), {
          query: { condition: 'not-running' },
          ...(signal ? { signal } : {}),
        })
      ).StatusCode,
    list: (label) =>
      http.json({
        path: '/containers/json',
        query: { all: true, filters: JSON.stringify({ label }) },
      }),
    async kill(container, signal) {
      try {
        await post(of(container, 'kill'), { query: { signal } });
      } catch (error) {
        const now = await this.inspect(container);
        if (now?.State.Status === 'running') throw error;
      }
    },
    async remove(container) {
      // `timeout` is Podman's: it waits ten seconds before it kills, by default.
      const query = { force: true, v: true, timeout: 0 };
      await found(http.json({ method: 'DELETE', path: of(container, '').slice(0, -1), query }));
    },

    network: async (network) => (await found(http.json({ path: `/networks/${network}` }))) !== undefined,
    createNetwork: (network, { subnet, gateway, pods }) =>
      post('/networks/create', {
        body: {
          Name: network,
          CheckDuplicate: true,
          Driver: 'bridge',
          IPAM: { Driver: 'default', Config: [{ Subnet: subnet, Gateway: gateway, IPRange: pods }] },
        },
      }),
    async removeNetwork(network) {
      await found(http.json({ method: 'DELETE', path: `/networks/${network}` }));
    },

    logs: (container, { follow, timestamps, since, tail }, signal) =>
      http.open({
        path: of(container, 'logs'),
        query: { stdout: true, stderr: true, follow, timestamps, since, tail },
        signal,
      }),
    attach: (container, stdin) =>
      http.takeOver({
        method: 'POST',
        path: of(container, 'attach'),
        query: { stream: true, stdin, stdout: true, stderr: true },
      }),
    resize: (container, to) => post(of(container, 'resize'), size(to)),
    createExec: async (container, { command, tty, stdin }) =>
      (
        await post<{ readonly Id: string }>(of(container, 'exec'), {
          body: { Cmd: command, Tty: tty, AttachStdin: stdin, AttachStdout: true, AttachStderr: true },
        })
      ).Id,
    startExec: (exec, tty) =>
      http.takeOver({ method: 'POST', path: `/exec/${exec}/start`, body: { Detach: false, Tty: tty } }),
    inspectExec: (exec) => http.json({ path: `/exec/${exec}/json` }),
    resizeExec: (exec, to) => post(`/exec/${exec}/resize`, size(to)),
    stats: (container) =>
      http.json({ path: of(container, 'stats'), query: { stream: false, 'one-shot': true } }),
    events: (label, signal) =>
      http.open({
        path: '/events',
        query: { filters: JSON.stringify({ type: ['container'], label: [label] }) },
        signal,
      }),
  };
}

const found = <T>(asked: Promise<T>): Promise<T | undefined> =>
  asked.catch((error: unknown) => {
    if (isGone(error)) return undefined;
    throw error;
  });

/** Without a tag the engine would fetch all of them. */
function pullQuery(reference: string): { readonly fromImage: string; readonly tag?: string } {
  const name = reference.split('/').at(-1) ?? '';
  if (name.includes('@') || name.includes(':')) return { fromImage: reference };
  return { fromImage: reference, tag: 'latest' };
}

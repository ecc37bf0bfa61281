import { ProblemError } from '../../base/errors.ts';
import type { Dialect } from '../helm/dialect.ts';
import { chooseVersion, newestFirst } from '../helm/versions.ts';
import { MOST_PACKED, pullChart } from '../registry/chart.ts';
import { RegistryClient } from '../registry/client.ts';
import { isOci, parseReference, type Reference, tagOf, versionOf } from '../registry/reference.ts';
import { type Login, openSession } from '../registry/session.ts';
import { RepositoryClient, type RepositoryLogin } from '../repository/client.ts';
import type { ChartIndex, IndexEntry } from '../repository/index.ts';
import type { Ask } from '../web/ask.ts';
import type { ContentCache } from '../web/cache.ts';
import { checkDigest, type Digest, digestOf } from '../web/digest.ts';

/** Where a chart is, and which one: `oci://registry.example.com/charts` or `https://charts.example.com`, and `web`. */
export interface ChartSource {
  readonly repository: string;
  readonly name: string;
}

export interface FetchedChart {
  readonly archive: Buffer;
  /** Of the archive. */
  readonly digest: Digest;
  /** Of its manifest, which `oci://…@sha256:…` pins. */
  readonly manifest?: Digest;
  readonly version: string;
  readonly provenance?: Buffer;
}

export interface FetcherOptions {
  readonly ask: Ask;
  readonly dialect: Dialect;
  readonly loginFor: (host: string) => Promise<Login | undefined>;
  readonly repositoryLogin: (url: string) => Promise<RepositoryLogin | undefined>;
  readonly plainHttp: boolean;
  readonly cache?: ContentCache;
  /** Of an index, only what it says of the chart that is asked for is read: some list a hundred thousand versions. */
  readonly singly?: boolean;
}

/** Charts of both kinds of repositories. All reject with ProblemError. Indexes and tokens are kept for as long as it is. */
export class ChartFetcher {
  readonly #options: FetcherOptions;
  readonly #registries = new Map<string, RegistryClient>();
  readonly #indexes = new Map<string, Promise<{ client: RepositoryClient; index: ChartIndex }>>();

  constructor(options: FetcherOptions) {
    this.#options = options;
  }

  registry({ host }: Reference): RegistryClient {
    const known = this.#registries.get(host);
    const { cache } = this.#options;
    const client = known ?? new RegistryClient(openSession(host, this.#options), cache);
    this.#registries.set(host, client);
    return client;
  }

  /** The newest first. */
  async versions(source: ChartSource): Promise<readonly string[]> {
    if (isOci(source.repository)) {
      const reference = referenceOf(source);
      const tags = await this.registry(reference).tags(reference);
      return newestFirst(tags.map(versionOf).filter(isWhole), this.#options.dialect);
    }
    const entries = await this.entries(source);
    return newestFirst(
      entries.map(({ version }) => version),
      this.#options.dialect,
    );
  }

  /** What the index of a classic repository says of a chart. */
  async entries(source: ChartSource): Promise<readonly IndexEntry[]> {
    const { index } = await this.#opened(source.repository, this.#options.singly ? source.name : undefined);
    const entries = index.get(source.name);
    if (entries) return entries;
    throw new ProblemError({
      reason: 'ChartNotFound',
      message: `${source.repository} has no chart ${source.name}`,
      remedy: `See what it has: pilotage chart search ${source.repository}.`,
    });
  }

  async index(repository: string): Promise<ChartIndex> {
    return (await this.#opened(repository)).index;
  }

  /** The version that a range asks for. A version is itself, where nobody needs to be asked. */
  async resolve(source: ChartSource, range: string): Promise<string> {
    const { dialect } = this.#options;
    if (isOci(source.repository) && dialect.isVersion(range)) return range;
    return chooseVersion(
      await this.versions(source),
      range,
      `${source.name} in ${source.repository}`,
      dialect,
    );
  }

  /** A version of a chart; `pinned` is the digest that its archive must have, with which a cached one is found without asking. */
  async fetch(source: ChartSource, version: string, pinned?: Digest): Promise<FetchedChart> {
    const cached = pinned && (await this.#options.cache?.get(pinned));
    if (cached) return { archive: cached, digest: pinned, version };
    const fetched = isOci(source.repository)
      ? await this.pull({ ...referenceOf(source), tag: tagOf(version) })
      : await this.#download(source, version);
    if (pinned) checkDigest(fetched.archive, pinned, `${source.name} ${version} of ${source.repository}`);
    return { ...fetched, version };
  }

  /** The chart of a reference with a tag, a digest, or both, of which the digest decides. */
  async pull(reference: Reference): Promise<Omit<FetchedChart, 'version'>> {
    const { archive, digest, provenance } = await pullChart(this.registry(reference), reference);
    return { archive, digest: digestOf(archive), manifest: digest, ...(provenance ? { provenance } : {}) };
  }

  /** A packed chart at an address of its own, of which nobody says a digest. */
  async archive(address: string): Promise<Omit<FetchedChart, 'version'>> {
    const client = await this.#client(new URL('.', address).href);
    const archive = await client.archive(address, MOST_PACKED);
    return { archive, digest: digestOf(archive) };
  }

  async #download(source: ChartSource, version: string): Promise<Omit<FetchedChart, 'version'>> {
    const { dialect } = this.#options;
    const entries = await this.entries(source);
    const same = (one: IndexEntry): boolean => dialect.compareVersions(one.version, version) === 0;
    const entry = entries.find((one) => one.version === version) ?? entries.find(same);
    if (!entry) throw noVersion(source, version);
    const { cache } = this.#options;
    const cached = entry.digest && (await cache?.get(entry.digest));
    if (cached && entry.digest) return { archive: cached, digest: entry.digest };
    const client = await this.#client(source.repository);
    const address = client.addressOf(entry);
    const fetched = isOci(address) ? await this.pull(parseReference(address)) : undefined;
    const archive = fetched?.archive ?? (await client.archive(address, MOST_PACKED));
    if (entry.digest) checkDigest(archive, entry.digest, `${source.name} ${version} of ${source.repository}`);
    const digest = digestOf(archive);
    await cache?.put(digest, archive);
    return fetched ?? { archive, digest };
  }

  #opened(repository: string, only?: string) {
    const key = JSON.stringify([repository, only]);
    const known = this.#indexes.get(key);
    const opened = known ?? this.#open(repository, only);
    this.#indexes.set(key, opened);
    return opened;
  }

  async #open(repository: string, only?: string): Promise<{ client: RepositoryClient; index: ChartIndex }> {
    const client = await this.#client(repository);
    return { client, index: await client.index(only) };
  }

  async #client(repository: string): Promise<RepositoryClient> {
    const { ask, dialect, repositoryLogin } = this.#options;
    return new RepositoryClient(repository, { ask, dialect, login: await repositoryLogin(repository) });
  }
}

/** Of tags, Helm takes those alone for versions that have all three parts: `1`, `1.2` and `v1.2.3` move. */
const isWhole = (version: string): boolean => /^\d+\.\d+\.\d+(?:[-+]|$)/.test(version);

/** `oci://host/charts` and `web` are `host/charts/web`. */
export const referenceOf = ({ repository, name }: ChartSource): Reference =>
  parseReference(`${repository.replace(/\/+$/, '')}/${name}`);

const noVersion = ({ repository, name }: ChartSource, version: string): ProblemError =>
  new ProblemError({
    reason: 'VersionNotFound',
    message: `${repository} has no ${name} ${version}`,
    remedy: `See what it has: pilotage chart search ${repository} ${name}.`,
  });

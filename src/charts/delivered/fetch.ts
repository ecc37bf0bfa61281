import { join } from 'node:path';
import { failed, ok, type Problem, ProblemError, problemOf, type Result } from '../../base/errors.ts';
import { KeyedMutex } from '../../base/mutex.ts';
import type { Place } from '../../base/place.ts';
import { unpackChart } from '../helm/archive.ts';
import type { Dialect } from '../helm/dialect.ts';
import { isOci } from '../registry/reference.ts';
import type { Login } from '../registry/session.ts';
import { ChartFetcher } from '../remote/fetcher.ts';
import { openStore } from '../remote/store.ts';
import type { Ask } from '../web/ask.ts';
import { type Digest, isDigest } from '../web/digest.ts';
import { openPins } from './pins.ts';

/** A version of a chart that a commit names. */
export interface NamedChart {
  /** `oci://registry.example.com/charts` or `https://charts.example.com` */
  readonly repository: string;
  readonly name: string;
  readonly version: string;
  /** That its archive must have, as Chart.lock may say. */
  readonly digest?: string;
  /** Where it is named. */
  readonly place: Place;
}

/** What a person lets a delivery fetch. */
export interface ChartPolicy {
  /** HOST or HOST:PORT. */
  readonly hosts: readonly string[];
  readonly loginFor: (host: string) => Promise<Login | undefined>;
}

export interface DeliveredChartsOptions {
  /** Folder of what was fetched: a store by delivery, as what one may read is not another's. */
  readonly root: string;
  readonly dialect: Dialect;
  readonly policyOf: (delivery: string) => Promise<ChartPolicy>;
  /** Asks the hosts that are allowed, and others only where those send it. */
  readonly askFor: (hosts: readonly string[], signal: AbortSignal) => Ask;
}

/** The files of a chart by their paths in it. */
export type ChartFiles = ReadonlyMap<string, Uint8Array>;

export type FetchChart = (
  delivery: string,
  chart: NamedChart,
  signal: AbortSignal,
) => Promise<Result<ChartFiles>>;

/**
 * Fetches charts for deliveries. A commit says the same today and tomorrow: a version is fetched once, and what it was then is what it stays for
 * that delivery, whatever its repository has later; so it is there too when the repository is not.
 */
export function createChartFetch(options: DeliveredChartsOptions): FetchChart {
  const { root, dialect, policyOf, askFor } = options;
  const turns = new KeyedMutex();

  const archiveOf = async (
    delivery: string,
    chart: NamedChart,
    policy: ChartPolicy,
    signal: AbortSignal,
  ): Promise<Buffer> => {
    const cache = openStore(join(root, delivery, 'archives'));
    const pins = openPins(join(root, delivery, 'pins'));
    const written = chart.digest && isDigest(chart.digest) ? chart.digest : undefined;
    const pinned: Digest | undefined = written ?? (await pins.get(chart));
    const fetcher = new ChartFetcher({
      ask: askFor(policy.hosts, signal),
      ...{ dialect, cache, plainHttp: false, singly: true, loginFor: policy.loginFor },
      repositoryLogin: async (url) => {
        const { protocol, host } = new URL(url);
        // A committer writes the scheme: nobody's password goes over the wire in the clear for that.
        const login = protocol === 'https:' ? await policy.loginFor(host) : undefined;
        return login?.type === 'password' ? { ...login, everywhere: false } : undefined;
      },
    });
    const fetched = await fetcher.fetch(chart, chart.version, pinned);
    if (fetched.archive.length > MOST_BYTES) throw tooLarge(chart, fetched.archive.length);
    if (!pinned) await pins.put(chart, fetched.digest);
    return fetched.archive;
  };

  return async (delivery, chart, signal) => {
    try {
      const policy = await policyOf(delivery);
      const problem = versionProblem(chart, dialect) ?? hostProblem(delivery, chart, policy);
      if (problem) return failed(problem);
      const archive = await turns.run(delivery, () => archiveOf(delivery, chart, policy, signal), signal);
      const files = unpackChart(archive, `${chart.name}-${chart.version}.tgz`);
      return ok(new Map(files.map(({ name, bytes }) => [name, bytes])));
    } catch (error) {
      signal.throwIfAborted();
      return failed({ ...problemOf(error), place: chart.place });
    }
  };
}

function versionProblem({ name, version, place }: NamedChart, dialect: Dialect): Problem | undefined {
  if (dialect.isVersion(version)) return undefined;
  return {
    reason: 'VersionNotExact',
    message: `The chart ${name} is asked for as ${version === '' ? 'any version' : version}: what is delivered is what the commit says, so it must name one`,
    place,
    remedy: 'Write one version: 1.2.3.',
  };
}

function hostProblem(
  delivery: string,
  { name, repository, place }: NamedChart,
  { hosts }: ChartPolicy,
): Problem | undefined {
  const host = hostOf(repository);
  if (host === undefined)
    return {
      reason: 'InvalidRepository',
      message: `The chart ${name} is in ${JSON.stringify(repository)}, which is no address of a repository`,
      place,
      remedy: 'Write https://HOST/PATH or oci://HOST/PATH, without a name or a password.',
    };
  if (hosts.includes(host)) return undefined;
  return {
    reason: 'ChartNotAllowed',
    message: `The chart ${name} is at ${host}, from where ${delivery} may not fetch`,
    place,
    remedy: `Whoever administers Pilotage allows it: pilotage connect ${delivery} --allow-charts ${host}. Or put the chart into the repository (pilotage chart pull).`,
  };
}

function hostOf(repository: string): string | undefined {
  if (isOci(repository)) return /^oci:\/\/([^/@\s]+)(?:\/|$)/.exec(repository)?.[1];
  if (!URL.canParse(repository)) return undefined;
  const { protocol, host, username, password } = new URL(repository);
  const isWeb = protocol === 'https:' || protocol === 'http:';
  return isWeb && username === '' && password === '' ? host : undefined;
}

/** Of an archive, which is unpacked here. */
const MOST_BYTES = 5 * 2 ** 20;

const tooLarge = ({ name, version }: NamedChart, bytes: number): ProblemError =>
  new ProblemError({
    reason: 'ChartTooLarge',
    message: `The archive of ${name} ${version} has ${Math.ceil(bytes / 2 ** 20)} MiB, where a delivery fetches at most ${MOST_BYTES / 2 ** 20}`,
    remedy: 'Put the chart into the repository: pilotage chart pull.',
  });

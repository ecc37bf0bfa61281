import { posix } from 'node:path';
import { type Problem, ProblemError } from '../../base/errors.ts';
import type { Place } from '../../base/place.ts';
import { unpackChart } from '../helm/archive.ts';
import type { Dialect } from '../helm/dialect.ts';
import type { HelmLock, LockedDependency } from '../helm/lock.ts';
import { type HelmDependency, readMetadata } from '../helm/metadata.ts';
import type { ChartFetcher } from '../remote/fetcher.ts';
import { type Digest, digestOf, isDigest } from '../web/digest.ts';
import { isInSync, lockDigest } from './lockdigest.ts';

/** What Chart.yaml asks for, and where it says so. */
export interface Asked {
  /** Chart.yaml or requirements.yaml. */
  readonly file: string;
  readonly dependencies: readonly HelmDependency[];
  readonly placeOf: (index: number) => Place;
  /** Of apiVersion v1: requirements.yaml and requirements.lock. */
  readonly isOld: boolean;
}

export interface Sources {
  readonly fetcher: Pick<ChartFetcher, 'resolve' | 'fetch'>;
  readonly dialect: Dialect;
  /** `@name` and `alias:name` as an address. @throws ProblemError */
  readonly urlOf: (repository: string) => string;
  /** Versions of a chart that lies in charts/ already. */
  readonly presentVersions: (name: string) => readonly string[];
  /** The chart in a folder, packed; the path is that of a `file://` repository. @throws ProblemError */
  readonly packLocal: (path: string) => { readonly version: string; readonly archive: Uint8Array };
}

/** A dependency with its archive; without one where it lies in charts/ as it is. */
export interface Resolved {
  readonly locked: LockedDependency;
  readonly archive?: { readonly fileName: string; readonly bytes: Uint8Array; readonly digest: Digest };
}

export interface Resolution {
  readonly dependencies: readonly Resolved[];
  readonly lock: Omit<HelmLock, 'file'>;
}

/** The newest versions that the ranges of a chart allow, and their archives (`Update` of pkg/downloader/manager.go). @throws ProblemError */
export async function updateDependencies(asked: Asked, sources: Sources): Promise<Resolution> {
  const wanted = withUrls(asked, sources);
  const resolved: Resolved[] = [];
  for (const [index, one] of wanted.entries()) {
    resolved.push(await at(asked.placeOf(index), () => resolveOne(one, sources)));
  }
  const locked = resolved.map((one) => one.locked);
  return {
    dependencies: resolved,
    lock: {
      dependencies: locked,
      digest: lockDigest(wanted, locked, sources.dialect),
      archives: new Map(
        resolved.flatMap(({ archive }) =>
          archive && !isLocal(archive, resolved) ? [[archive.fileName, archive.digest]] : [],
        ),
      ),
    },
  };
}

/** An archive that was packed from a folder here: its digest is nobody's promise. */
const isLocal = (archive: Resolved['archive'], all: readonly Resolved[]): boolean =>
  all.some((one) => one.archive === archive && one.locked.repository.startsWith(FILE));

/** The versions of a lock, and their archives, which must be those that it names (`Build`). @throws ProblemError */
export async function buildDependencies(
  asked: Asked,
  lock: HelmLock,
  sources: Sources,
): Promise<readonly Resolved[]> {
  const resolved = withUrls(asked, sources);
  if (!isInSync(lock, { asked: asked.dependencies, resolved, isOld: asked.isOld }, sources.dialect))
    throw new ProblemError(outOfSync(asked, lock));
  const built: Resolved[] = [];
  for (const one of lock.dependencies) {
    const digest = lock.archives.get(`${one.name}-${one.version}.tgz`);
    const pinned = digest !== undefined && isDigest(digest) ? digest : undefined;
    built.push(await at({ file: lock.file }, () => resolveOne(one, sources, { pinned })));
  }
  return built;
}

export const outOfSync = ({ file }: Asked, lock: HelmLock): Problem => ({
  reason: 'ChartLockDisagrees',
  message: `The lock was not made of what ${posix.basename(file)} asks for now`,
  place: { file: lock.file },
  remedy: 'Run pilotage chart dependency update, and commit the lock.',
});

const withUrls = ({ dependencies, placeOf }: Asked, { urlOf }: Sources): readonly HelmDependency[] =>
  dependencies.map((one, index) => {
    try {
      return { ...one, repository: urlOf(one.repository) };
    } catch (error) {
      throw placed(error, placeOf(index));
    }
  });

const FILE = 'file://';

async function resolveOne(
  { name, version: range, repository }: LockedDependency,
  sources: Sources,
  /** Its version is one, and no range. */
  locked?: { readonly pinned: Digest | undefined },
): Promise<Resolved> {
  if (repository === '') return resolvePresent({ name, version: range, repository }, sources);
  if (repository.startsWith(FILE)) return resolveLocal({ name, version: range, repository }, sources);
  const source = { repository, name };
  const version = locked ? range : await sources.fetcher.resolve(source, range);
  const { archive, digest } = await sources.fetcher.fetch(source, version, locked?.pinned);
  checkIdentity(archive, { name, version, repository }, sources.dialect);
  return {
    locked: { name, version, repository },
    archive: { fileName: `${name}-${version}.tgz`, bytes: archive, digest },
  };
}

/** Helm locks the range of one that says no repository. */
function resolvePresent(locked: LockedDependency, sources: Sources): Resolved {
  const { name, version: range } = locked;
  const present = sources.presentVersions(name);
  if (present.some((version) => sources.dialect.satisfies(version, range || '*'))) return { locked };
  throw new ProblemError({
    reason: 'DependencyMissing',
    message: `${name} says no repository, and charts/ holds ${present.length === 0 ? 'none' : present.join(', ')} of it`,
    remedy: `Put ${range || 'one'} into charts/${name}, or say its repository.`,
  });
}

function resolveLocal({ name, version: range, repository }: LockedDependency, sources: Sources): Resolved {
  const { version, archive } = sources.packLocal(repository.slice(FILE.length));
  if (range !== '' && !sources.dialect.satisfies(version, range))
    throw new ProblemError({
      reason: 'VersionNotSatisfied',
      message: `${name} at ${repository} has the version ${version}, which ${range} does not allow`,
      remedy: 'Correct the range, or the version there.',
    });
  return {
    locked: { name, version, repository },
    archive: { fileName: `${name}-${version}.tgz`, bytes: archive, digest: digestOf(archive) },
  };
}

/** A server may send any archive: it is read whole, so that links and paths out of it are refused, and must be the chart that was asked for. */
function checkIdentity(
  archive: Uint8Array,
  { name, version, repository }: LockedDependency,
  dialect: Dialect,
): void {
  const file = unpackChart(archive, `${name}-${version}.tgz`).find((one) => one.name === 'Chart.yaml');
  const metadata = file && readMetadata(file, dialect);
  if (metadata?.name === name && dialect.compareVersions(metadata.version, version) === 0) return;
  const is = metadata ? `${metadata.name} ${metadata.version}` : 'no chart';
  throw new ProblemError({
    reason: 'NotTheChart',
    message: `${repository} gives for ${name} ${version} what is ${is}`,
    remedy: 'Nothing was written. Tell whoever publishes it.',
  });
}

async function at<T>(place: Place, resolve: () => Promise<T>): Promise<T> {
  try {
    return await resolve();
  } catch (error) {
    throw placed(error, place);
  }
}

/** What is wrong with a dependency is wrong at its line, unless it says itself where. */
function placed(error: unknown, place: Place): unknown {
  if (!(error instanceof ProblemError) || error.problem.place) return error;
  return new ProblemError({ ...error.problem, place }, { cause: error });
}

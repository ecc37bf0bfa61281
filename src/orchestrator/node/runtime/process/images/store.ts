import { mkdirSync, readFileSync } from 'node:fs';
import { cp, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../../../../base/clock.ts';
import type { Confinement } from '../../../../../base/confinement.ts';
import { errnoOf, failed, ok, type Problem, ProblemError, type Result } from '../../../../../base/errors.ts';
import type { Logger } from '../../../../../base/log.ts';
import { removeTree } from '../../../../../base/removetree.ts';
import type { BuildNetworks } from '../buildnetwork/network.ts';
import { PLAIN_ENVIRONMENT } from '../confinement/command.ts';
import { openWorkshops, type Workshop } from '../confinement/workshop.ts';
import { runBuild } from './build.ts';
import { sealTree } from './tree.ts';

/** What a container's `image:` means on this machine. */
export type ResolvedImage =
  /** The programs of the machine itself. */
  | { readonly type: 'host' }
  /** An immutable directory. */
  | { readonly type: 'directory'; readonly path: string; readonly digest: string }
  /** `message` says what would make it available. */
  | { readonly type: 'missing'; readonly message: string };

export interface ImageRow {
  readonly reference: string;
  readonly digest: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

export interface BuildRequest {
  /** `shop/web:<tag>`; one that exists is not built again. */
  readonly ref: string;
  /** Writes the sources into an empty directory. */
  readonly exportTo: (dir: string) => Promise<void>;
  /** A command for /bin/sh, run in that directory; absent: the sources are the image. */
  readonly build?: string;
  /** Environment of the command: PATH and HOME at least. */
  readonly env?: Readonly<Record<string, string>>;
  /** HOST or HOST:PORT, which the command may reach beside the registries that this machine is configured with. */
  readonly registries?: readonly string[];
  readonly deadlineMs: number;
  /** Told of each line that the command prints. */
  readonly onOutput: (line: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Images of the process runtime: immutable directories, named by what is in them, under references that point at them.
 * The disk is the truth: the daemon builds, the agent resolves, a command imports, each in its own process.
 */
export interface ImageStore {
  resolve(ref: string): ResolvedImage;
  /** Where the content of this digest lies. */
  directoryOf(digest: string): string;
  /** Rejects with ProblemError when the directory cannot be read. */
  importDirectory(ref: string, dir: string): Promise<{ readonly digest: string }>;
  /** Takes in an image of another machine, which `fill` writes into an empty directory. Rejects where that has another digest. */
  receive(ref: string, digest: string, fill: (dir: string) => Promise<void>): Promise<void>;
  /** Of several builds of one reference at the same time one runs and all get its result. */
  build(request: BuildRequest): Promise<Result<{ readonly digest: string; readonly path: string }>>;
  list(): Promise<readonly ImageRow[]>;
  /** Forgets a reference, and its content when no other one points there. A reference that is not there is no error. */
  remove(ref: string): Promise<void>;
}

export interface ImageStoreOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** How builds are kept from what is not theirs; absent: they run as this process does. */
  readonly confinement?: Confinement;
  /** Why the disk is too full for another build. */
  readonly lacksRoom?: () => Problem | undefined;
  /** Whose package managers' settings builds get, without the credentials in them. */
  readonly userHome?: string;
  /** What builds reach; absent: whatever this machine does. */
  readonly networks?: BuildNetworks;
}

/** Layout: `refs/<encoded reference>` (a row as JSON), `sha256/<hex>` (contents), `tmp/` (what is being made). */
export function openImageStore(
  dir: string,
  {
    clock,
    logger,
    confinement = { type: 'none', reason: '' },
    lacksRoom,
    userHome,
    networks,
  }: ImageStoreOptions,
): ImageStore {
  const workshops = openWorkshops(dir, confinement, userHome);
  const building = new Map<string, Promise<Result<{ digest: string; path: string }>>>();
  const pathOf = (digest: string): string => join(dir, digest.replace(':', '/'));
  // `.` and `..` are the two names that an encoded reference could have and a file cannot.
  const refFile = (ref: string): string =>
    join(
      dir,
      'refs',
      encodeURIComponent(ref).replace(/^\.{1,2}$/, (dots) => dots.replaceAll('.', '%2E')),
    );

  function find(ref: string): { digest: string; path: string } | undefined {
    const row = readRow(refFile(ref));
    return row ? { digest: row.digest, path: pathOf(row.digest) } : undefined;
  }

  async function workPlace(): Promise<string> {
    mkdirSync(join(dir, 'tmp'), { recursive: true });
    return mkdtemp(join(dir, 'tmp', 'image-'));
  }

  /** Gives the finished directory its name and points the reference at it; each step is one rename. */
  async function settle(
    ref: string,
    made: string,
    wanted?: string,
  ): Promise<{ digest: string; path: string }> {
    const digest = await sealTree(made);
    if (wanted !== undefined && digest !== wanted)
      throw new Error(`what came of image ${ref} is ${digest}, not ${wanted}`);
    const path = pathOf(digest);
    mkdirSync(join(dir, 'sha256'), { recursive: true });
    await rename(made, path).catch(async (error: unknown) => {
      if (errnoOf(error) !== 'ENOTEMPTY' && errnoOf(error) !== 'EEXIST') throw error;
      await rm(made, { recursive: true, force: true });
    });
    const row: ImageRow = { reference: ref, digest, createdAt: clock.now() };
    mkdirSync(join(dir, 'refs'), { recursive: true, mode: 0o700 });
    const fresh = join(await workPlace(), 'ref');
    await writeFile(fresh, JSON.stringify(row));
    await rename(fresh, refFile(ref));
    await rm(join(fresh, '..'), { recursive: true, force: true });
    logger.info({ image: ref, digest }, 'image ready');
    return { digest, path };
  }

  async function run(
    request: BuildRequest & { readonly build: string },
    workshop: Workshop,
  ): Promise<Problem | undefined> {
    const { ref, registries = [], onOutput: tell } = request;
    const network = await networks?.open({ delivery: ownerOf(ref), registries, tell });
    try {
      const place = network?.within(workshop) ?? workshop;
      const problem = await runBuild({ env: PLAIN_ENVIRONMENT, ...request, workshop: place, clock });
      return problem && (network?.explain(problem) ?? problem);
    } finally {
      network?.close();
    }
  }

  async function make(request: BuildRequest): Promise<Result<{ digest: string; path: string }>> {
    const place = await workPlace();
    const sources = join(place, 'image');
    mkdirSync(sources);
    try {
      await request.exportTo(sources);
      const { build } = request;
      if (build !== undefined) {
        const problem = await workshops.use(ownerOf(request.ref), place, (workshop) =>
          run({ ...request, build }, workshop),
        );
        if (problem) return failed(problem);
      }
      return ok(await settle(request.ref, sources));
    } catch (error) {
      return failed(unwritable(request.ref, error));
    } finally {
      await removeTree(place);
    }
  }

  return {
    resolve(ref) {
      if (ref === 'host' || ref === 'host:latest') return { type: 'host' };
      const found = find(ref);
      return found ? { type: 'directory', ...found } : { type: 'missing', message: missing(ref) };
    },
    directoryOf: pathOf,
    async importDirectory(ref, from) {
      const found = await stat(from).catch(() => undefined);
      if (!found?.isDirectory()) {
        throw new ProblemError({
          reason: 'DirectoryMissing',
          message: `${from} is not a directory that can be read.`,
          remedy: 'Name the folder that the container shall find in its working directory.',
        });
      }
      const place = await workPlace();
      try {
        // verbatimSymlinks: a relative link must go on pointing inside the copy.
        await cp(from, join(place, 'image'), {
          recursive: true,
          verbatimSymlinks: true,
          preserveTimestamps: true,
        });
        const { digest } = await settle(ref, join(place, 'image'));
        return { digest };
      } finally {
        await rm(place, { recursive: true, force: true });
      }
    },
    async receive(ref, digest, fill) {
      const place = await workPlace();
      const made = join(place, 'image');
      mkdirSync(made);
      try {
        await fill(made);
        await settle(ref, made, digest);
      } finally {
        await removeTree(place);
      }
    },
    build(request) {
      const found = find(request.ref);
      if (found) return Promise.resolve(ok(found));
      const running = building.get(request.ref);
      if (running) return running;
      const lack = lacksRoom?.();
      if (lack) return Promise.resolve(failed(unbuilt(request.ref, lack)));
      const started = make(request).finally(() => building.delete(request.ref));
      building.set(request.ref, started);
      return started;
    },
    async remove(ref) {
      const found = find(ref);
      if (!found) return;
      await rm(refFile(ref), { force: true });
      const others = await this.list();
      if (others.some(({ digest }) => digest === found.digest)) return;
      await rm(found.path, { recursive: true, force: true });
      logger.info({ image: ref, digest: found.digest }, 'image removed');
    },
    async list() {
      const names = await readdir(join(dir, 'refs')).catch(() => []);
      const rows = await Promise.all(names.map((name) => readFile(join(dir, 'refs', name), 'utf8')));
      return rows
        .map((row): ImageRow => JSON.parse(row))
        .sort((a, b) => (a.reference < b.reference ? -1 : 1));
    },
  };
}

/** `shop/web:1` is shop's: builds of one owner are one user, and none runs beside another. */
const ownerOf = (ref: string): string => ref.split('/')[0] ?? ref;

function readRow(file: string): ImageRow | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    // No file can have the name of a reference that is too long, so there is no such image.
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENAMETOOLONG') return undefined;
    throw error;
  }
}

const missing = (ref: string): string =>
  `image "${ref}" is not on this machine, and no registry is asked: ` +
  `pilotage image import ${ref.includes(':') ? ref : `${ref}:TAG`} DIR, ` +
  `or let pilotage.yaml make it from a folder: images: {${ref.replace(/[@:][^/]*$/, '')}: {path: FOLDER}}, or say image: host`;

const unbuilt = (ref: string, { message, ...lack }: Problem): Problem => ({
  ...lack,
  message: `Image ${ref} is not built: ${message}.`,
});

function unwritable(ref: string, error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  return {
    reason: 'ImageBuildFailed',
    message: `Image ${ref} cannot be made: ${error instanceof Error ? error.message : String(error)}.`,
  };
}

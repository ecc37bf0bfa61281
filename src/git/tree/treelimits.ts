import { ProblemError } from '../../base/errors.ts';

/** What one walk over a tree may visit. A tree that is stored once can be visited many times, so visits are counted. */
export interface TreeLimits {
  /** What cannot be done with a tree beyond them. */
  readonly what: string;
  readonly remedy: string;
  /** Files, folders, links and submodules, including excluded ones. */
  readonly entries: number;
  /** Folders inside one another. */
  readonly depth: number;
  /** Of all paths together. */
  readonly pathBytes: number;
  /** Of one file. */
  readonly fileBytes: number;
  /** Of all files together. */
  readonly bytes: number;
}

const MIB = 2 ** 20;

/** For trees that are held in memory and passed to templates. */
export const RENDER_LIMITS: TreeLimits = {
  what: 'rendered',
  remedy:
    'keep charts and manifests in a folder of their own and name that folder, or move the large file elsewhere',
  entries: 50_000,
  depth: 64,
  pathBytes: 8 * MIB,
  fileBytes: 5 * MIB,
  bytes: 64 * MIB,
};

/** For trees that are written to disk to build an image. */
export const EXPORT_LIMITS: TreeLimits = {
  what: 'made an image of',
  remedy: 'name a smaller folder (images: {name: {path: …}}), or have the build fetch what is large',
  entries: 100_000,
  depth: 64,
  pathBytes: 16 * MIB,
  fileBytes: 100 * MIB,
  bytes: 1024 * MIB,
};

/** Names of what differs, for people. */
export const DIFF_LIMITS: TreeLimits = {
  ...RENDER_LIMITS,
  what: 'compared',
  remedy: 'compare it with `git diff --stat` in a clone',
};

/** Counts what one walk visits. Throws ProblemError TreeTooLarge, which names the limit and the path where it was passed. */
export class TreeBudget {
  readonly #limits: TreeLimits;
  #entries = 0;
  #pathBytes = 0;
  #bytes = 0;

  constructor(limits: TreeLimits) {
    this.#limits = limits;
  }

  entry(path: string, depth: number): void {
    const { entries, depth: deepest, pathBytes } = this.#limits;
    this.#entries += 1;
    this.#pathBytes += path.length;
    if (this.#entries > entries)
      this.#refuse(path, `there are more than ${entries.toLocaleString('en')} files and folders`);
    if (depth > deepest) this.#refuse(path, `folders are nested more than ${deepest} deep`);
    if (this.#pathBytes > pathBytes)
      this.#refuse(path, `the paths have more than ${inMib(pathBytes)} together`);
  }

  file(path: string, size: number): void {
    const { fileBytes, bytes } = this.#limits;
    if (size > fileBytes)
      this.#refuse(path, `${shown(path)} has ${size} bytes; a file may have ${inMib(fileBytes)}`);
    this.#bytes += size;
    if (this.#bytes > bytes)
      this.#refuse(path, `the files up to ${shown(path)} have more than ${inMib(bytes)} together`);
  }

  #refuse(path: string, limit: string): never {
    throw new ProblemError({
      reason: 'TreeTooLarge',
      message: `the tree is too large to be ${this.#limits.what}: ${limit}`,
      place: { file: shown(path) },
      remedy: this.#limits.remedy,
    });
  }
}

const inMib = (bytes: number): string => `${Math.round(bytes / MIB)} MiB`;

/** A path in a hostile tree may have any length. */
const shown = (path: string): string => (path.length > 200 ? `${path.slice(0, 200)}…` : path);

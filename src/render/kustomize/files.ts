import { type FileTree, pathsBelow, readText } from '../../base/filetree.ts';
import type { Place } from '../../base/place.ts';
import { refuse } from './errors.ts';
import { folderIn, isRemote, MOUNTS, mountOf, notFetched, remoteBase, remoteFile } from './remote.ts';

/** Thirty folders that each use the next one twice are a billion builds. */
const MOST_ENTRIES = 5_000;

/**
 * What one kustomization may read: files in and below its folder, and folders with kustomizations elsewhere in the repository
 * (api `internal/loader/fileloader.go`, with its default restriction).
 */
export class Files {
  readonly #tree: FileTree;
  /** Folder of the kustomization, '' for the root of the repository. */
  readonly root: string;
  /** Folders of the kustomizations that have led here, the outermost first. */
  readonly #visited: readonly string[];
  /** Shared by all of a build. */
  readonly #entries: { left: number };
  /** Folder of the repository that it is part of: '', or where another one is mounted. */
  readonly #top: string;

  constructor(
    tree: FileTree,
    root: string,
    visited: readonly string[] = [],
    entries = { left: MOST_ENTRIES },
    top = '',
  ) {
    this.#tree = tree;
    this.root = root;
    this.#visited = visited;
    this.#entries = entries;
    this.#top = top;
  }

  describe(): string {
    return this.root === '' ? 'the root of the repository' : this.root;
  }

  /** Path in the repository of a file of this folder. */
  path(name: string): string {
    return join(this.root, name) ?? name;
  }

  has(name: string): boolean {
    return this.#tree.digest(this.path(name)) !== undefined && !this.isFolder(name);
  }

  isMounted(top: string): boolean {
    return pathsBelow(this.#tree, top).length > 0;
  }

  isFolder(path: string): boolean {
    const folder = join(this.root, path);
    return folder !== undefined && pathsBelow(this.#tree, folder).length > 0;
  }

  text(name: string): string {
    return readText(this.#tree, this.path(name)) ?? '';
  }

  /** Whether there is a file or a folder at a path of the repository. */
  exists(path: string): boolean {
    return this.#tree.digest(path) !== undefined;
  }

  textAt(path: string): string {
    return readText(this.#tree, path) ?? '';
  }

  /** The path in the repository of one that is relative to this folder, wherever it leads to. @throws ProblemError where it leaves it */
  inside(path: string, place: Place): string {
    const found = path.startsWith('/') ? undefined : join(this.root, path);
    if (found === undefined || !isWithin(found, this.#top)) throw outside(path, place);
    return found;
  }

  /** The file at a path that a kustomization names. @throws ProblemError */
  load(
    path: string,
    place: Place,
  ): { readonly bytes: Uint8Array; readonly text: string; readonly file: string } {
    if (isRemote(path)) throw remoteFile(path, place);
    const file = this.inside(path, place);
    if (this.root !== '' && !file.startsWith(`${this.root}/`)) throw aside(path, this.describe(), place);
    const bytes = this.#tree.read(file);
    if (bytes === undefined) throw missing(path, this.describe(), place);
    return {
      bytes,
      text: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'),
      file,
    };
  }

  /** Another folder with a kustomization. @throws ProblemError */
  enter(path: string, place: Place): Files {
    const remote = isRemote(path) && !this.isFolder(path) ? remoteBase(path, place) : undefined;
    const top = remote ? mountOf(remote) : this.#top;
    const folder = remote ? folderIn(remote) : this.inside(path, place);
    if (pathsBelow(this.#tree, folder).length === 0)
      throw remote && !this.isMounted(top)
        ? notFetched(remote, place)
        : missing(path, this.describe(), place);
    const visited = [...this.#visited, this.root];
    const ancestor = visited.find(
      (root) => folder === '' || root === folder || root.startsWith(`${folder}/`),
    );
    if (ancestor !== undefined) {
      const chain = [...visited, folder].map((root) => (root === '' ? '.' : root)).join(' → ');
      throw refuse(
        `The kustomizations of ${folder === '' ? 'the root of the repository' : folder} and ${ancestor === '' ? 'the root of the repository' : ancestor} make a cycle: ${chain}`,
        place,
        'A base must not be, or hold, the folder of a kustomization that leads to it.',
      );
    }
    this.#entries.left -= 1;
    if (this.#entries.left < 0) throw tooMany(place);
    return new Files(this.#tree, folder, visited, this.#entries, top);
  }
}

/** What is mounted is no folder of the repository itself: it is entered by its address. */
const isWithin = (path: string, top: string): boolean =>
  top === '' ? path !== MOUNTS && !path.startsWith(`${MOUNTS}/`) : path === top || path.startsWith(`${top}/`);

/** A path below a folder, normalised; undefined where it leaves the repository. */
export function join(folder: string, path: string): string | undefined {
  const parts = folder === '' ? [] : folder.split('/');
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join('/');
}

const tooMany = (place: Place): Error =>
  refuse(
    `This kustomization uses others more than ${MOST_ENTRIES} times, counting those that they use`,
    place,
    'Name each base once.',
  );

const outside = (path: string, place: Place): Error =>
  refuse(
    `${path} is outside of the repository`,
    place,
    'Name a path relative to this kustomization that stays inside of the repository.',
    'PathOutside',
  );

const aside = (path: string, folder: string, place: Place): Error =>
  refuse(
    `${path} is not in or below ${folder}: a kustomization may read files of its own folder only`,
    place,
    'Move the file, or add a kustomization beside it and name its folder in resources.',
    'PathOutside',
  );

const missing = (path: string, folder: string, place: Place): Error =>
  refuse(
    `There is neither a file nor a folder ${path} in ${folder}`,
    place,
    'Correct the path: it is relative to this kustomization. Symbolic links and submodules are not read.',
    'FileMissing',
  );

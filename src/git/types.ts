import type { FileTree } from '../base/filetree.ts';

/** Object ids are 40 lower-case hex digits. Branch names are short (`main`, not `refs/heads/main`). */
export type Oid = string;

export interface Signature {
  readonly name: string;
  readonly email: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export interface Commit {
  readonly oid: Oid;
  readonly tree: Oid;
  readonly parents: readonly Oid[];
  readonly author: Signature;
  readonly committer: Signature;
  /** Whole message, trailers included. */
  readonly message: string;
}

/** The outcome of applying a change elsewhere; `paths` are those that both sides changed differently. */
export type Replay =
  | { readonly type: 'clean'; readonly tree: Oid }
  | { readonly type: 'conflict'; readonly paths: readonly string[] };

/** A file of a folder; `path` is relative to it. */
export interface FolderFile {
  readonly path: string;
  readonly kind: 'file' | 'executable' | 'link';
  readonly oid: Oid;
}

/** The files of a folder, in the order of their paths: what they are is read when it is asked for. */
export interface FolderFiles {
  readonly files: readonly FolderFile[];
  /** The content of a file, or where a link leads. */
  read(file: FolderFile): Buffer;
}

/** A bare repository on disk: the home of a hosted one, the mirror of a remote one. Reads never touch a work tree. */
export interface Repository {
  readonly dir: string;
  branches(): Promise<Readonly<Record<string, Oid>>>;
  /** What HEAD names if that branch exists; else main, master, or the branch that was pushed first. */
  defaultBranch(): Promise<string | undefined>;
  /** A branch, a full or (unambiguous) abbreviated commit id → commit id. */
  resolve(revision: string): Promise<Oid | undefined>;
  commit(oid: Oid): Promise<Commit>;
  /** The bytes of a commit as they are stored: what its id is of, and its signature. */
  commitBytes(oid: Oid): Promise<Buffer>;
  /** Newest first, first-parent order unless `allParents`. Stops before `exclude` and its ancestors. */
  log(
    from: Oid,
    options?: { limit?: number; exclude?: readonly Oid[]; allParents?: boolean },
  ): Promise<readonly Commit[]>;
  isAncestor(ancestor: Oid, descendant: Oid): Promise<boolean>;
  /** Tree or blob id at a path of a commit ('' is the root); undefined if there is none. */
  oidAt(commit: Oid, path: string): Promise<Oid | undefined>;
  /** Identifies the content of a folder without some paths of the repository: equal content, equal id. Undefined if it is not a folder. */
  contentAt(commit: Oid, path: string, exclude: readonly string[]): Promise<string | undefined>;
  /** Everything below `path` as a FileTree whose paths are relative to the root of the repository. `exclude` lists folders to leave out. */
  tree(commit: Oid, options?: { path?: string; exclude?: readonly string[] }): Promise<FileTree>;
  /** Writes the folder `path` of a commit into `dir` (must be empty or absent): modes kept, symlinks only when they stay inside. */
  exportTo(commit: Oid, path: string, dir: string, exclude?: readonly string[]): Promise<void>;
  /** The files of the folder `path` of a commit, without those of submodules; undefined if it is not a folder. Throws ProblemError TreeTooLarge. */
  filesAt(commit: Oid, path: string, exclude?: readonly string[]): Promise<FolderFiles | undefined>;
  /** Paths that differ between two commits, and how; for messages and dry runs. */
  changedPaths(
    from: Oid,
    to: Oid,
  ): Promise<readonly { path: string; change: 'added' | 'modified' | 'deleted' }[]>;
  /**
   * Applies the change from one commit to another to `onto` (like `git cherry-pick`, as a tree); returns the tree of `onto` if
   * it contains the change already. Writes objects only when `write` is set, and moves no branch.
   */
  replay(
    change: { readonly from: Oid; readonly to: Oid },
    onto: Oid,
    options?: { readonly write?: boolean },
  ): Promise<Replay>;
  /**
   * Writes the tree of a commit with other contents of files that it has; moves no branch. Modes and everything else stay.
   * Throws ProblemError PathMissing where a path is no file.
   */
  withFiles(commit: Oid, contents: ReadonlyMap<string, Buffer>): Promise<Oid>;
  /** Writes a commit object; moves no branch. */
  commitTree(input: {
    tree: Oid;
    parents: readonly Oid[];
    message: string;
    author: Signature;
    committer?: Signature;
  }): Promise<Oid>;
  /** Moves a branch (or creates it: expected null) if it is still at `expected`; false otherwise. */
  moveBranch(branch: string, to: Oid, expected: Oid | null): Promise<boolean>;
  /** `refs/pilotage/…` keep commits of the history from being collected. */
  keep(name: string, oid: Oid): Promise<void>;
  unkeep(name: string): Promise<void>;
  /** Pushes that put one of these commits on a ref, newest first. Nobody pushes to a mirror. */
  pushesOf(commits: ReadonlySet<Oid>): Promise<readonly PushRecord[]>;
  /** Merges small packs once there are too many; resolves with how many were merged. Concurrent calls share one run. */
  tidy(): Promise<number>;
}

/** Who asks the embedded host: whatever its `authorize` makes of a request. */
export interface Principal {
  readonly name: string;
  /** Of a program: the person whose it is. */
  readonly owner?: string;
  /** Whether the name was authenticated. */
  readonly verified?: boolean;
  /** What else the person is known by: names, e-mail addresses. */
  readonly aliases?: readonly string[];
}

/** One ref that a push to the embedded host moved, and whose it is. */
export interface PushRecord {
  /** RFC 3339. */
  readonly at: string;
  /** The person; the owner, where a program pushed. */
  readonly by: string;
  readonly program?: string;
  /** What else the person was known by then, whom another account may name too. */
  readonly aliases?: readonly string[];
  /** Whether the name was authenticated. */
  readonly verified: boolean;
  /** Zero ids as null. Absent where several pushes of one person are folded into one. */
  readonly move?: { readonly ref: string; readonly from: Oid | null; readonly to: Oid | null };
  /** What the ref gained. */
  readonly commits: readonly Oid[];
}

/** One ref of one push to the embedded host. Zero id is given as null. */
export interface PushedRef {
  readonly branch: string;
  readonly from: Oid | null;
  readonly to: Oid | null;
}

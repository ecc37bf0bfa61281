import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ByteCache, scopeOf } from '../base/bytecache.ts';
import { ProblemError } from '../base/errors.ts';
import type { FileTree } from '../base/filetree.ts';
import { Mutex } from '../base/mutex.ts';
import { Closures } from './history/closure.ts';
import { replayTrees } from './history/replay.ts';
import { isAncestor, log } from './history/walk.ts';
import { FOLDER, isOid, serializeCommit } from './objects/object.ts';
import { branchOf, branchRef, isBranchName, isRefName, tipsByBranch } from './objects/refname.ts';
import { ObjectStore } from './store/object-store.ts';
import { PushLog } from './store/pushlog.ts';
import { INCOMING } from './store/quarantine.ts';
import { RefStore } from './store/refs.ts';
import { clearAbandoned, repack } from './store/repack.ts';
import { exportTree } from './tree/export.ts';
import { listFiles } from './tree/listing.ts';
import { replaceFiles } from './tree/replace.ts';
import { diffTrees, entryAt, loadTree, normalise } from './tree/tree.ts';
import { createTreeLoader } from './tree/treecache.ts';
import { idWithout } from './tree/without.ts';
import type { FolderFiles, Oid, PushRecord, Repository } from './types.ts';

/** What git's own folders see of a repository, in addition to its public face. */
export interface OpenRepository extends Repository {
  readonly store: ObjectStore;
  readonly refs: RefStore;
  readonly closures: Closures;
  readonly pushes: PushLog;
  /** One writer of objects and refs at a time. */
  readonly writes: Mutex;
  /** This repository as it reads with the objects of another store, which is the caller's to close. */
  seeing(store: ObjectStore): Repository;
  /** Closes pack files; the repository is not used afterwards. */
  close(): void;
}

/** The signature of a commit that is written here, of its bytes without one; undefined: it has none. */
export type SignCommit = (payload: Buffer) => Promise<string | undefined>;

const KEPT = 'refs/pilotage/';
const blobs = new ByteCache<string, Buffer>(32 * 2 ** 20);
/** Every environment of a repository asks for the tree of the same commit. */
const trees = new ByteCache<string, FileTree>(32 * 2 ** 20);

/**
 * Opens a bare repository that only this process uses: leftovers of a crash are removed.
 * Throws ProblemError NotARepository when `dir` is not a repository and `create` is not set.
 */
export async function openRepository(
  dir: string,
  options: { create?: boolean; sign?: SignCommit } = {},
): Promise<OpenRepository> {
  if (!existsSync(join(dir, 'HEAD'))) {
    if (!options.create) throw notARepository(dir);
    createBare(dir);
  }
  clearLeftovers(dir);
  clearAbandoned(join(dir, 'objects'), Date.now());
  return new BareRepository(dir, options.sign);
}

export function notARepository(where: string): ProblemError {
  return new ProblemError({
    reason: 'NotARepository',
    message: `${where} is not a git repository`,
    remedy: 'check the address; it must name a repository, not a page about one',
  });
}

function createBare(dir: string): void {
  for (const sub of ['objects/pack', 'objects/info', 'refs/heads', 'refs/tags']) {
    mkdirSync(join(dir, sub), { recursive: true });
  }
  writeFileSync(
    join(dir, 'config'),
    '[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n',
  );
  // HEAD is written last: its presence means that the repository is complete.
  writeFileSync(join(dir, 'HEAD'), 'ref: refs/heads/main\n');
}

function clearLeftovers(dir: string): void {
  for (const name of readdirSync(dir)) {
    if (name.startsWith(INCOMING)) rmSync(join(dir, name), { recursive: true, force: true });
  }
  const clearLocks = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) clearLocks(path);
      else if (entry.name.endsWith('.lock')) rmSync(path, { force: true });
    }
  };
  if (statSync(join(dir, 'refs'), { throwIfNoEntry: false })?.isDirectory()) clearLocks(join(dir, 'refs'));
  for (const name of ['HEAD.lock', 'packed-refs.lock']) rmSync(join(dir, name), { force: true });
}

class BareRepository implements OpenRepository {
  readonly dir: string;
  readonly store: ObjectStore;
  readonly refs: RefStore;
  readonly closures: Closures;
  readonly pushes: PushLog;
  readonly writes = new Mutex();
  readonly #blobs = scopeOf(blobs);
  readonly #loadTree = createTreeLoader(scopeOf(trees), (tree, part) =>
    loadTree(this.store, this.#blobs, tree, part),
  );
  readonly #sign: SignCommit | undefined;
  #tidying: Promise<number> | undefined;

  constructor(
    dir: string,
    sign?: SignCommit,
    store = new ObjectStore(join(dir, 'objects')),
    refs = new RefStore(dir),
    pushes = new PushLog(dir),
  ) {
    this.dir = dir;
    this.#sign = sign;
    this.store = store;
    this.refs = refs;
    this.closures = new Closures(store);
    this.pushes = pushes;
  }

  seeing(store: ObjectStore): Repository {
    return new BareRepository(this.dir, this.#sign, store, this.refs, this.pushes);
  }

  close(): void {
    this.store.close();
  }

  async branches(): Promise<Readonly<Record<string, Oid>>> {
    return branchesOf(this.refs);
  }

  async defaultBranch(): Promise<string | undefined> {
    return defaultBranchOf(this.refs);
  }

  async resolve(revision: string): Promise<Oid | undefined> {
    const branch = isBranchName(revision) ? this.refs.read(branchRef(revision)) : undefined;
    if (branch) return branch;
    if (isOid(revision)) return this.store.find(revision)?.type === 'commit' ? revision : undefined;
    // Four digits is the shortest abbreviation that git accepts (environment.h, MINIMUM_ABBREV).
    if (!/^[0-9a-f]{4,39}$/.test(revision)) return undefined;
    const commits = this.store.withPrefix(revision).filter((oid) => this.store.read(oid).type === 'commit');
    return commits.length === 1 ? commits[0] : undefined;
  }

  async commit(oid: Oid) {
    return this.store.commit(oid);
  }

  async commitBytes(oid: Oid): Promise<Buffer> {
    return this.store.readAs(oid, 'commit');
  }

  async log(from: Oid, options?: { limit?: number; exclude?: readonly Oid[]; allParents?: boolean }) {
    return log(this.store, from, options);
  }

  async isAncestor(ancestor: Oid, descendant: Oid): Promise<boolean> {
    return isAncestor(this.store, ancestor, descendant);
  }

  async oidAt(commit: Oid, path: string): Promise<Oid | undefined> {
    return entryAt(this.store, this.store.node(commit).tree, path)?.oid;
  }

  async contentAt(commit: Oid, path: string, exclude: readonly string[]): Promise<string | undefined> {
    const entry = entryAt(this.store, this.store.node(commit).tree, path);
    if (entry?.mode !== FOLDER) return undefined;
    return idWithout(this.store, entry.oid, normalise(path), new Set(exclude.map(normalise)));
  }

  async tree(commit: Oid, options?: { path?: string; exclude?: readonly string[] }) {
    return this.#loadTree(this.store.node(commit).tree, options);
  }

  async filesAt(
    commit: Oid,
    path: string,
    exclude: readonly string[] = [],
  ): Promise<FolderFiles | undefined> {
    const entry = entryAt(this.store, this.store.node(commit).tree, path);
    if (entry?.mode !== FOLDER) return undefined;
    return listFiles(this.store, entry.oid, normalise(path), new Set(exclude.map(normalise)));
  }

  async exportTo(commit: Oid, path: string, dir: string, exclude: readonly string[] = []): Promise<void> {
    const entry = entryAt(this.store, this.store.node(commit).tree, path);
    if (entry?.mode !== FOLDER) {
      throw new ProblemError({
        reason: 'PathMissing',
        message: `${normalise(path) || '.'} is not a folder at commit ${commit.slice(0, 7)}`,
        place: { file: path },
        remedy: 'check the path, and that the folder is committed',
      });
    }
    await exportTree(this.store, entry.oid, dir, {
      path: normalise(path),
      leftOut: new Set(exclude.map(normalise)),
    });
  }

  async changedPaths(from: Oid, to: Oid) {
    return diffTrees(this.store, this.store.node(from).tree, this.store.node(to).tree);
  }

  async replay(
    { from, to }: { readonly from: Oid; readonly to: Oid },
    onto: Oid,
    { write = false }: { readonly write?: boolean } = {},
  ) {
    const [base, theirs, ours] = [from, to, onto].map((oid) => this.store.node(oid).tree);
    const replay = () => replayTrees(this.store, { base, theirs, ours }, { write });
    return write ? this.writes.run(replay) : replay();
  }

  async withFiles(commit: Oid, contents: ReadonlyMap<string, Buffer>): Promise<Oid> {
    return this.writes.run(async () => replaceFiles(this.store, this.store.node(commit).tree, contents));
  }

  async commitTree(input: Parameters<Repository['commitTree']>[0]): Promise<Oid> {
    for (const oid of [input.tree, ...input.parents]) this.store.read(oid);
    const commit = { ...input, committer: input.committer ?? input.author };
    const plain = serializeCommit(commit);
    const signature = await this.#sign?.(plain);
    const content = signature === undefined ? plain : serializeCommit(commit, signature);
    return this.writes.run(async () => this.store.write('commit', content));
  }

  async moveBranch(branch: string, to: Oid, expected: Oid | null): Promise<boolean> {
    if (!isBranchName(branch)) throw invalidBranch(branch);
    this.store.node(to);
    return this.writes.run(async () => this.refs.update(branchRef(branch), to, expected));
  }

  async keep(name: string, oid: Oid): Promise<void> {
    const ref = keptRef(name);
    this.store.read(oid);
    await this.writes.run(async () => {
      const current = this.refs.read(ref);
      if (current !== oid) this.refs.update(ref, oid, current ?? null);
    });
  }

  async pushesOf(commits: ReadonlySet<Oid>): Promise<readonly PushRecord[]> {
    return this.pushes.of(commits);
  }

  tidy(): Promise<number> {
    this.#tidying ??= repack(this.store).finally(() => {
      this.#tidying = undefined;
    });
    return this.#tidying;
  }

  async unkeep(name: string): Promise<void> {
    const ref = keptRef(name);
    await this.writes.run(async () => {
      const current = this.refs.read(ref);
      if (current) this.refs.update(ref, null, current);
    });
  }
}

export function branchesOf(refs: RefStore): Readonly<Record<string, Oid>> {
  return tipsByBranch([...refs.list('refs/heads/')].map(([ref, oid]) => [branchOf(ref) ?? ref, oid]));
}

export function defaultBranchOf(refs: RefStore): string | undefined {
  const names = Object.keys(branchesOf(refs));
  const head = branchOf(refs.head() ?? '');
  return [head, 'main', 'master'].find((name) => name !== undefined && names.includes(name)) ?? names[0];
}

function invalidBranch(branch: string): ProblemError {
  return new ProblemError({
    reason: 'InvalidBranchName',
    message: `${JSON.stringify(branch)} is not a valid branch name`,
    remedy: 'use a name that `git check-ref-format --branch` accepts',
  });
}

function keptRef(name: string): string {
  const ref = `${KEPT}${name}`;
  if (!isRefName(ref)) throw new Error(`not a valid name to keep a commit under: ${name}`);
  return ref;
}

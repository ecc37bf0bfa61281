import { lstatSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { errnoOf, ProblemError } from '../../base/errors.ts';
import { isOid } from '../objects/object.ts';
import { isRefName } from '../objects/refname.ts';
import type { Oid } from '../types.ts';
import { removeFile, syncFolder, writeDurably } from './durable.ts';

/** ENOTDIR: a part of the name is itself a ref; EISDIR: the name is a folder of refs. Neither is a ref. */
const ABSENT: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ENOTDIR', 'EISDIR']);

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (ABSENT.has(errnoOf(error))) return undefined;
    throw error;
  }
}

/**
 * The refs of one repository: loose files and `packed-refs` are read, loose files are written.
 * Writers take git's own lock (`<ref>.lock`, created exclusively), so that system git may work beside us.
 */
export class RefStore {
  readonly #dir: string;
  readonly #headDir: string;

  /** `headDir` differs from `dir` in a linked work tree only. */
  constructor(dir: string, headDir = dir) {
    this.#dir = dir;
    this.#headDir = headDir;
  }

  /** Refs below a prefix that ends in `/`, sorted by name. */
  list(prefix: string): ReadonlyMap<string, Oid> {
    const found = new Map<string, Oid>();
    for (const [name, oid] of this.#packed()) if (name.startsWith(prefix)) found.set(name, oid);
    for (const name of this.#looseNames(prefix.slice(0, -1))) {
      const oid = this.read(name);
      if (oid) found.set(name, oid);
    }
    return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  read(name: string): Oid | undefined {
    let current = name;
    // git follows at most five symbolic refs (refs.c, SYMREF_MAXDEPTH).
    for (let depth = 0; depth < 5; depth++) {
      const text = readText(join(this.#dir, current))?.trim();
      if (text === undefined) return this.#packed().get(current);
      if (!text.startsWith('ref: ')) return isOid(text) ? text : undefined;
      current = text.slice('ref: '.length);
      if (!isRefName(current)) return undefined;
    }
    return undefined;
  }

  /** The ref that HEAD names, whether or not it exists; undefined for a detached HEAD. */
  head(): string | undefined {
    const text = readText(join(this.#headDir, 'HEAD'))?.trim();
    return text?.startsWith('ref: ') ? text.slice('ref: '.length) : undefined;
  }

  setHead(ref: string): void {
    const path = join(this.#headDir, 'HEAD');
    writeDurably(path, Buffer.from(`ref: ${ref}\n`), `${path}.lock`);
  }

  /**
   * Compare and swap: sets `name` (deletes it for null) if it still is `expected` (null: absent).
   * Returns false when it is not. Throws BranchConflict, RefLocked.
   */
  update(name: string, to: Oid | null, expected: Oid | null): boolean {
    if (!isRefName(name)) throw new Error(`not a valid ref name: ${name}`);
    if (to !== null && !isOid(to)) throw new Error(`not an object id: ${to}`);
    return this.#locked(name, () => {
      if ((this.read(name) ?? null) !== expected) return false;
      if (to === null) this.#delete(name);
      else this.#write(name, to);
      return true;
    });
  }

  #locked<T>(name: string, fn: () => T): T {
    const lock = join(this.#dir, `${name}.lock`);
    try {
      mkdirSync(dirname(lock), { recursive: true });
    } catch (error) {
      // A part of the path is a file, which is to say a ref.
      throw errnoOf(error) === 'EEXIST' ? branchConflict(name, error) : refProblem(name, error);
    }
    try {
      writeFileSync(lock, '', { flag: 'wx' });
    } catch (error) {
      throw refProblem(name, error);
    }
    try {
      return fn();
    } finally {
      removeFile(lock);
      this.#dropEmptyFolders(name);
    }
  }

  #write(name: string, to: Oid): void {
    const parents = name.split('/').map((_, i, parts) => parts.slice(0, i).join('/'));
    const taken = parents.slice(3).some((parent) => this.read(parent) !== undefined);
    if (taken || this.list(`${name}/`).size > 0) throw branchConflict(name);
    const path = join(this.#dir, name);
    this.#dropEmptyBelow(path);
    try {
      writeDurably(path, Buffer.from(`${to}\n`), `${path}.new.lock`);
    } catch (error) {
      throw refProblem(name, error);
    }
  }

  #delete(name: string): void {
    const packed = this.#packed();
    // The packed value goes first: were the loose one deleted first, a crash between the two would bring an old value back.
    if (packed.delete(name)) this.#writePacked(packed);
    const path = join(this.#dir, name);
    removeFile(path);
    syncFolder(dirname(path));
  }

  #packed(): Map<string, Oid> {
    const lines = (readText(join(this.#dir, 'packed-refs')) ?? '').split('\n');
    const found = new Map<string, Oid>();
    for (const line of lines) {
      const match = /^([0-9a-f]{40}) (refs\/.+)$/.exec(line);
      if (match?.[1] && match[2]) found.set(match[2], match[1]);
    }
    return found;
  }

  #writePacked(refs: ReadonlyMap<string, Oid>): void {
    const path = join(this.#dir, 'packed-refs');
    const lines = [...refs].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, oid]) => `${oid} ${name}\n`);
    writeDurably(path, Buffer.from(`# pack-refs with: sorted \n${lines.join('')}`), `${path}.lock`);
  }

  #looseNames(dir: string): readonly string[] {
    let entries: readonly { name: string; isDirectory(): boolean }[];
    try {
      entries = readdirSync(join(this.#dir, dir), { withFileTypes: true });
    } catch (error) {
      if (ABSENT.has(errnoOf(error))) return [];
      throw error;
    }
    return entries.flatMap((entry) => {
      const name = `${dir}/${entry.name}`;
      if (entry.isDirectory()) return this.#looseNames(name);
      return isRefName(name) ? [name] : [];
    });
  }

  /** Deleting `a/b` must not leave a folder in the way of a later branch `a`. */
  #dropEmptyFolders(name: string): void {
    const keep = name.split('/').slice(0, 2).join('/');
    for (let dir = dirname(name); dir.length > keep.length; dir = dirname(dir)) {
      if (!removeEmptyFolder(join(this.#dir, dir))) return;
    }
  }

  #dropEmptyBelow(path: string): void {
    if (!lstatSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
    for (const entry of readdirSync(path)) this.#dropEmptyBelow(join(path, entry));
    removeEmptyFolder(path);
  }
}

function removeEmptyFolder(path: string): boolean {
  try {
    rmdirSync(path);
    return true;
  } catch {
    return false;
  }
}

function branchConflict(name: string, cause?: unknown): ProblemError {
  return new ProblemError(
    {
      reason: 'BranchConflict',
      message: `${name} cannot exist beside another branch: one is a folder of the other`,
      remedy: 'choose another name, or delete the branch that is in the way',
    },
    { cause },
  );
}

function refProblem(name: string, cause: unknown): unknown {
  const code = errnoOf(cause);
  if (code === 'ENOTDIR' || code === 'EISDIR') return branchConflict(name, cause);
  if (code !== 'EEXIST') return cause;
  return new ProblemError(
    {
      reason: 'RefLocked',
      message: `${name} is locked by another git process`,
      remedy: `try again; if nothing else works on the repository, delete its file ${name}.lock`,
    },
    { cause },
  );
}

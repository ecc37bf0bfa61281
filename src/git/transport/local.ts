import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { errnoOf, ProblemError } from '../../base/errors.ts';
import { objectsToSend } from '../history/reachable.ts';
import { branchOf, branchRef } from '../objects/refname.ts';
import { branchesOf, notARepository } from '../repository.ts';
import { ObjectStore } from '../store/object-store.ts';
import { writePack } from '../store/pack-writer.ts';
import { addPack } from '../store/quarantine.ts';
import { RefStore } from '../store/refs.ts';
import type { Oid, Repository } from '../types.ts';
import { setBranches } from './mirror.ts';
import { mayPush, type Remote, schemeOf, type Transport } from './transport.ts';

interface Place {
  /** Objects and shared refs. */
  readonly common: string;
  /** HEAD; differs in a linked work tree. */
  readonly own: string;
  readonly bare: boolean;
}

/** Absolute paths and file://. */
export const local: Transport = {
  reaches: (address) => address.startsWith('/') || schemeOf(address) === 'file',
  open: (address) => new LocalRemote(address, address.startsWith('/') ? address : fileURLToPath(address)),
};

/**
 * A remote on this machine's disk, read and written without any git program: packs are copied from one object database to
 * the other through the same checks that a push goes through.
 */
class LocalRemote implements Remote {
  readonly url: string;
  readonly #path: string;

  constructor(url: string, path: string) {
    this.url = url;
    this.#path = path;
  }

  async listBranches() {
    const { refs } = this.#open();
    const head = refs.head();
    return { head: head === undefined ? undefined : branchOf(head), branches: branchesOf(refs) };
  }

  async fetch(into: Repository, branches: readonly string[], signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const remote = await this.listBranches();
    const { place } = this.#open();
    const tips = branches.flatMap((branch) => remote.branches[branch] ?? []);
    await this.#copy(place.common, into.dir, tips, Object.values(await into.branches()));
    signal?.throwIfAborted();
    await setBranches(into, { url: this.url, ...remote }, branches);
  }

  async push(
    from: Repository,
    branch: string,
    oid: Oid,
    expected: Oid | null,
  ): Promise<'pushed' | 'rejected'> {
    const { place, refs } = this.#open();
    const ref = branchRef(branch);
    if (!(await mayPush(from, oid, refs.read(ref), expected))) return 'rejected';
    // git's receive.denyCurrentBranch: the files of the work tree would no longer be those of its branch.
    if (!place.bare && refs.head() === ref) throw this.#checkedOut(branch);
    await this.#copy(from.dir, place.common, [oid], Object.values(branchesOf(refs)));
    return refs.update(ref, oid, expected) ? 'pushed' : 'rejected';
  }

  async mayWrite(): Promise<void> {
    const { place } = this.#open();
    try {
      accessSync(join(place.common, 'refs'), constants.W_OK);
    } catch (error) {
      throw new ProblemError(
        {
          reason: 'AuthenticationFailed',
          message: `${this.url} may be read, and not be written`,
          remedy: 'let the user that the daemon runs as write there',
        },
        { cause: error },
      );
    }
  }

  async #copy(from: string, to: string, tips: readonly Oid[], has: readonly Oid[]): Promise<void> {
    const source = new ObjectStore(join(from, 'objects'));
    const target = new ObjectStore(join(to, 'objects'));
    try {
      const lacking = tips.filter((oid) => !target.has(oid));
      if (lacking.length === 0) return;
      const have = has.filter((oid) => source.has(oid));
      const oids = await objectsToSend(source, { tips: lacking, have });
      await addPack(to, target, writePack(source, oids, { ofsDelta: true }));
    } finally {
      source.close();
      target.close();
    }
  }

  #open(): { readonly place: Place; readonly refs: RefStore } {
    const place = placeOf(this.#path);
    if (!place) throw this.#absent();
    return { place, refs: new RefStore(place.common, place.own) };
  }

  #absent(): ProblemError {
    if (existsSync(this.#path)) return notARepository(this.url);
    return new ProblemError({
      reason: 'RemoteUnreachable',
      message: `${this.url} does not exist`,
      remedy: 'check the path; it is read as the user that the daemon runs as',
    });
  }

  #checkedOut(branch: string): ProblemError {
    return new ProblemError({
      reason: 'PushRefused',
      message: `${branch} is checked out in ${this.url}: pushing to it would leave its files behind`,
      remedy: 'use a bare repository (git clone --bare), or check out another branch there',
    });
  }
}

/** Finds the repository at a path: bare, with a work tree, or a linked work tree (gitrepository-layout). */
function placeOf(path: string): Place | undefined {
  const dotGit = join(path, '.git');
  const stat = statSync(dotGit, { throwIfNoEntry: false });
  const own = stat?.isDirectory() ? dotGit : stat?.isFile() ? pointedTo(path, dotGit, 'gitdir: ') : path;
  if (own === undefined || !existsSync(join(own, 'HEAD'))) return undefined;
  const common = pointedTo(own, join(own, 'commondir'), '') ?? own;
  if (!existsSync(join(common, 'objects'))) return undefined;
  checkFormat(path, common);
  return { common, own, bare: own === path };
}

function pointedTo(base: string, file: string, prefix: string): string | undefined {
  try {
    const text = readFileSync(file, 'utf8').trim();
    return text.startsWith(prefix) ? resolve(base, text.slice(prefix.length)) : undefined;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function checkFormat(path: string, common: string): void {
  const config = existsSync(join(common, 'config')) ? readFileSync(join(common, 'config'), 'utf8') : '';
  const extension = /^\s*(objectformat\s*=\s*sha256|refstorage\s*=\s*reftable|partialclone\s*=.*)$/im.exec(
    config,
  )?.[1];
  if (extension === undefined) return;
  throw new ProblemError({
    reason: 'UnsupportedRepository',
    message: `${path} is a repository in a format that is not supported yet: ${extension.trim()}`,
    remedy:
      'serve it over https, or clone it with `git clone --bare --ref-format=files` to a complete SHA-1 repository',
  });
}

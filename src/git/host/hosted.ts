import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ProblemError } from '../../base/errors.ts';
import { Mutex } from '../../base/mutex.ts';
import { type OpenRepository, openRepository, type SignCommit } from '../repository.ts';
import { INCOMING } from '../store/quarantine.ts';

/** The name of a repository becomes that of a delivery, which must be a DNS label. */
export const isRepositoryName = (name: string): boolean => /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name);

/** The repositories below one folder, each opened once: NAME is in NAME.git. */
export class HostedRepositories {
  readonly #root: string;
  readonly #sign: SignCommit | undefined;
  readonly #open = new Map<string, Promise<OpenRepository>>();
  /** Creating and removing must not overlap, or a push could land in a folder that is being deleted. */
  readonly #lifecycle = new Mutex();

  /** @param root folder of the repositories: NAME is in NAME.git */
  constructor(root: string, sign?: SignCommit) {
    this.#root = root;
    this.#sign = sign;
  }

  #dirOf(name: string): string {
    return join(this.#root, `${name}.git`);
  }

  #exists(name: string): boolean {
    return existsSync(join(this.#dirOf(name), 'HEAD'));
  }

  async find(name: string): Promise<OpenRepository | undefined> {
    if (!isRepositoryName(name) || !this.#exists(name)) return undefined;
    return this.#obtain(name);
  }

  async list(): Promise<readonly string[]> {
    if (!existsSync(this.#root)) return [];
    const names = readdirSync(this.#root).map((entry) => entry.replace(/\.git$/, ''));
    return names.filter((name) => isRepositoryName(name) && this.#exists(name)).sort();
  }

  /** Creates an empty repository, or opens the existing one. Rejects with ProblemError InvalidName. */
  create(name: string): Promise<OpenRepository> {
    if (isRepositoryName(name)) return this.#lifecycle.run(() => this.#obtain(name));
    throw new ProblemError({
      reason: 'InvalidName',
      message: `${name} cannot name a repository`,
      remedy: 'use lower-case letters, digits and dashes, 63 at most',
    });
  }

  remove(name: string): Promise<void> {
    return this.#removeIf(name, () => true);
  }

  /** After a push that was refused as a whole: removes an empty repository, unless another push is filling it. */
  removeEmpty(name: string): Promise<void> {
    return this.#removeIf(name, (repository) => {
      const filling = readdirSync(repository.dir).some((entry) => entry.startsWith(INCOMING));
      return !filling && repository.refs.list('refs/').size === 0;
    });
  }

  /** Closes the repositories' files. */
  close(): void {
    for (const opening of this.#open.values()) {
      opening.then(
        (repository) => repository.close(),
        () => {},
      );
    }
    this.#open.clear();
  }

  #removeIf(name: string, condition: (repository: OpenRepository) => boolean): Promise<void> {
    return this.#lifecycle.run(async () => {
      const repository = await this.find(name);
      await repository?.writes.run(async () => {
        if (!condition(repository)) return;
        this.#open.delete(name);
        repository.close();
        rmSync(repository.dir, { recursive: true, force: true });
      });
    });
  }

  #obtain(name: string): Promise<OpenRepository> {
    const known = this.#open.get(name);
    if (known) return known;
    mkdirSync(this.#root, { recursive: true });
    const opening = openRepository(this.#dirOf(name), {
      create: true,
      ...(this.#sign ? { sign: this.#sign } : {}),
    });
    this.#open.set(name, opening);
    opening.catch(() => this.#open.delete(name));
    return opening;
  }
}

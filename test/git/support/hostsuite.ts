import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { GitHostOptions } from '../../../src/git/host/host.ts';
import { drop, Git, scratch } from './git.ts';
import { startHost, type TestHost } from './host.ts';

export interface HostSuite {
  /** Of this test alone; it is gone afterwards. */
  readonly dir: string;
  /** A repository of a person, empty. */
  readonly work: Git;
  /** The host that was started last. */
  readonly served: TestHost;
  start(options?: Partial<GitHostOptions>): Promise<void>;
  /** A clone of the repository `shop`; `args` are those of `git clone`. */
  clone(...args: string[]): Promise<Git>;
}

/** Gives each test of the suite around the call a folder, and in it a repository and, once it is started, a host. */
export function useHost(): HostSuite {
  let dir: string;
  let work: Git;
  let served: TestHost;
  beforeEach(async () => {
    dir = scratch();
    work = await Git.init(join(dir, 'work'));
  });
  afterEach(async () => {
    await served.stop();
    drop(dir);
  });
  return {
    get dir() {
      return dir;
    },
    get work() {
      return work;
    },
    get served() {
      return served;
    },
    async start(options = {}) {
      served = await startHost(join(dir, 'root'), options);
    },
    async clone(...args) {
      const at = new Git(join(dir, 'clones'));
      const name = `clone-${readdirSync(at.dir).length}`;
      await at.run('clone', '-q', ...args, `${served.url}/shop.git`, name);
      return new Git(join(at.dir, name));
    },
  };
}

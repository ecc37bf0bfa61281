/** The repositories of all deliveries: hosted here, or mirrored from elsewhere. */
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { HostedRepositories } from '../git/host/hosted.ts';
import type { Repository } from '../git/types.ts';
import type { KubeClient } from '../kube/client/client.ts';
import { createRemotes, type Remotes } from '../sync/intake/remotes.ts';

export interface RepositoriesOptions {
  readonly home: KubeClient;
  readonly dataDir: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface Repositories {
  readonly hosted: HostedRepositories;
  readonly remotes: Remotes;
  /** The repository of a delivery, wherever it lives: a remote one is its mirror. */
  find(delivery: string): Promise<Repository | undefined>;
}

export function openRepositories({ home, dataDir, clock, logger }: RepositoriesOptions): Repositories {
  const hosted = new HostedRepositories(join(dataDir, 'git'));
  const remotes = createRemotes({
    home,
    root: join(dataDir, 'mirrors'),
    clock,
    logger,
    random: Math.random,
  });
  return {
    hosted,
    remotes,
    find: async (delivery) => (await remotes.repository(delivery)) ?? (await hosted.find(delivery)),
  };
}

/** The repositories of all deliveries: hosted here, or mirrored from elsewhere. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Surroundings } from '../cli/context.ts';
import { HostedRepositories } from '../git/host/hosted.ts';
import type { SignCommit } from '../git/repository.ts';
import { scanHostKeys } from '../git/transport/ssh/scan.ts';
import type { Repository } from '../git/types.ts';
import type { KubeClient } from '../kube/client/client.ts';
import type { RemoteAccess } from '../sync/intake/connectcheck.ts';
import { openAccess } from '../sync/intake/remoteaccess.ts';
import { createRemotes, type Remotes } from '../sync/intake/remotes.ts';

export interface RepositoriesOptions {
  /** Where programs are, and the agent with the keys of whoever runs the daemon. */
  readonly surroundings: Pick<Surroundings, 'buildEnvironment' | 'sshAgent'>;
  readonly home: KubeClient;
  readonly dataDir: string;
  /** Signs what is committed here. */
  readonly sign: SignCommit;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface Repositories {
  readonly hosted: HostedRepositories;
  readonly remotes: Remotes;
  readonly access: RemoteAccess;
  /** The repository of a delivery, wherever it lives: a remote one is its mirror. */
  find(delivery: string): Promise<Repository | undefined>;
}

export function openRepositories(options: RepositoriesOptions): Repositories {
  const { home, dataDir, clock, logger, surroundings, sign } = options;
  const path = surroundings.buildEnvironment.PATH ?? '';
  const sshDir = join(dataDir, 'ssh');
  // Keys of sessions that a crash has left.
  rmSync(sshDir, { recursive: true, force: true });
  const { sshAgent } = surroundings;
  const ground = { path, sshDir, ...(sshAgent === undefined ? {} : { sshAgent }) };
  const hosted = new HostedRepositories(join(dataDir, 'git'), sign);
  const remotes = createRemotes({
    home,
    root: join(dataDir, 'mirrors'),
    ground,
    clock,
    logger,
    random: Math.random,
    sign,
  });
  return {
    hosted,
    remotes,
    access: {
      scanHostKeys: (address) => scanHostKeys(address, path),
      open: (repository) => openAccess({ home, ground, logger }, repository),
    },
    find: async (delivery) => (await remotes.repository(delivery)) ?? (await hosted.find(delivery)),
  };
}

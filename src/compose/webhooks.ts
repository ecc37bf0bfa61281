/** Webhooks of forges at the face: what they may cause, and where their secrets and what was received are kept. */
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { readState, writeState } from '../base/statefile.ts';
import type { KubeClient } from '../kube/client/client.ts';
import type { FaceOptions } from '../server/parts.ts';
import type { WebhookOptions } from '../server/webhooks/manage.ts';
import { createWebhooks } from '../server/webhooks/receive.ts';
import { createReceived, type Received } from '../server/webhooks/received.ts';
import { createWebhookStore } from '../sync/intake/webhooks.ts';

export interface WebhookParts {
  readonly dataDir: string;
  readonly home: KubeClient;
  /** Has the repository of a delivery asked now. */
  readonly look: (delivery: string) => Promise<unknown>;
  /** Learns that pull requests of a delivery have changed. */
  readonly pullRequests?: (delivery: string) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface Webhooks {
  readonly receive: NonNullable<FaceOptions['webhooks']>;
  readonly manage: WebhookOptions;
}

export function composeWebhooks({ dataDir, home, ...parts }: WebhookParts): Webhooks {
  const folder = join(dataDir, 'webhooks');
  const store = createWebhookStore(home);
  const fileOf = (delivery: string) => join(folder, `${delivery}.json`);
  const received = createReceived({
    read: (delivery) => readState<Received>(fileOf(delivery)),
    async write(delivery, list) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await writeState(fileOf(delivery), list);
    },
  });
  const { clock } = parts;
  return {
    receive: createWebhooks({ ...parts, find: store.find, received }),
    manage: { store, random: randomBytes, now: () => clock.now() },
  };
}

import type { Clock } from '../../../base/clock.ts';
import type { User } from '../../../kube/client/client.ts';
import type { JsonObject } from '../../../kube/values/types.ts';
import type { RemoteVersion } from '../wire/remoteversion.ts';
import type { RemoteServer } from './connection.ts';
import { askFor } from './documents.ts';

const TIMEOUT_MS = 30_000;

export interface ReadingOptions {
  readonly versions: readonly RemoteVersion[];
  readonly serverFor: (group: string, version: string) => RemoteServer | undefined;
  readonly clock: Clock;
}

/**
 * What a server says at a path below the version of a group that its APIServices prefer; undefined: nobody serves the group.
 * Rejects with what went wrong.
 */
export async function readDocument(
  group: string,
  path: string,
  user: User,
  { versions, serverFor, clock }: ReadingOptions,
): Promise<JsonObject | undefined> {
  const [best] = versions
    .filter((one) => one.group === group)
    .sort((a, b) => b.versionPriority - a.versionPriority);
  const server = best && serverFor(group, best.version);
  if (!server) return undefined;
  const question = {
    method: 'GET' as const,
    host: server.host,
    path: `/apis/${group}/${best.version}/${path}`,
    user,
    timeoutMs: TIMEOUT_MS,
  };
  return askFor(await server.connect(), question, clock);
}

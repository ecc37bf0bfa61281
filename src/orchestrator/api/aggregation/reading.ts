import type { Clock } from '../../../base/clock.ts';
import type { User } from '../../../kube/client/client.ts';
import type { JsonObject } from '../../../kube/values/types.ts';
import type { RemoteServers } from './connection.ts';
import { askServer } from './documents.ts';

/**
 * What a server says at a path below the version of a group that its APIServices prefer; undefined: nobody serves the group.
 * Rejects with what went wrong.
 */
export async function readDocument(
  group: string,
  path: string,
  user: User,
  servers: RemoteServers,
  clock: Clock,
): Promise<JsonObject | undefined> {
  const [best] = servers
    .versions()
    .filter((one) => one.group === group)
    .sort((a, b) => b.versionPriority - a.versionPriority);
  const server = best && servers.serverFor(group, best.version);
  if (!server) return undefined;
  return askServer(server, { method: 'GET', path: `/apis/${group}/${best.version}/${path}`, user }, clock);
}

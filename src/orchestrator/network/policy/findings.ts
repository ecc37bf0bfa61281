import { isLoopback } from '../relay/ranges.ts';
import { podsSelectedBy } from './compile.ts';
import type { World } from './world.ts';

/** What a policy is not held to on a node. */
export interface Finding {
  readonly policy: World['policies'][number];
  readonly message: string;
}

const MOST_NAMED = 3;

/**
 * Whom policies select on this node without that it can hold them to it: pods of processes, which share its network, and every
 * pod where `lack` says why there are no rules. Their traffic with containers by Services goes through the agent and is held to it all the same.
 */
export function findingsOf(
  { policies, pods }: World,
  nodeName: string,
  lack: string | undefined,
): readonly Finding[] {
  const own = pods.filter(({ spec }) => spec.nodeName === nodeName);
  return policies.flatMap((policy): readonly Finding[] => {
    const selected = podsSelectedBy(policy, own);
    const processes = selected.filter(({ status }) => status?.podIP && isLoopback(status.podIP));
    if (lack !== undefined && selected.length > 0)
      return [
        { policy, message: `node ${nodeName} holds to it only what containers send by Services: ${lack}` },
      ];
    if (processes.length === 0) return [];
    const names = processes.slice(0, MOST_NAMED).map(({ metadata }) => metadata.name);
    const more = processes.length > MOST_NAMED ? ` and ${processes.length - MOST_NAMED} more` : '';
    return [
      {
        policy,
        message:
          `pods of processes share the network of node ${nodeName}: ${names.join(', ')}${more} are held to it for what containers send them ` +
          'by Services alone. Give them a container image to have them isolated',
      },
    ];
  });
}

import { sendTo } from '../datagrams.ts';
import type { Backend } from '../route.ts';
import type { RelayedFlow } from './agentend.ts';
import type { ConnectOptions } from './connect.ts';

/**
 * `connectRelayed` for datagrams: has a flow go to the first of `backends`, or to the one that it went to before, and returns it. Without any, the flow
 * is ended: its next datagram is looked at again.
 */
export function connectFlow(
  flow: RelayedFlow,
  backends: readonly Backend[],
  { mayReach, isAnswered, isBesideRelay }: Pick<ConnectOptions, 'mayReach' | 'isAnswered' | 'isBesideRelay'>,
): Backend | undefined {
  // They are not carried to another machine, where the address would be another pod's here.
  const near = backends.filter(({ elsewhere }) => !elsewhere?.far);
  const usable = near.filter((backend) => mayReach(backend) && isAnswered(backend));
  const { before } = flow;
  const backend = usable.find(({ host, port }) => host === before?.host && port === before.port) ?? usable[0];
  if (!backend) flow.end();
  else if (isBesideRelay(backend)) flow.dial(backend);
  else flow.carry((events) => sendTo(backend, events));
  return backend;
}

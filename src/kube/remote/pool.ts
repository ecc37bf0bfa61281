import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Identity } from './auth.ts';

/** One keep-alive pool per identity: a rotated certificate gets fresh connections, the old ones die idle. */
export function connectionPool() {
  let current: { readonly key: string; readonly agents: Agents } | undefined;
  const close = () => {
    if (current) for (const agent of Object.values(current.agents)) retire(agent);
    current = undefined;
  };
  return {
    of(identity: Identity): Connection {
      if (identity.proxy) return { identity, agents: { http: identity.proxy, https: identity.proxy } };
      const key = JSON.stringify(identity.tls);
      if (current?.key !== key) {
        close();
        const keep = { keepAlive: true, keepAliveMsecs: 30_000, scheduling: 'lifo' } as const;
        current = {
          key,
          agents: { http: new HttpAgent(keep), https: new HttpsAgent({ ...keep, ...identity.tls }) },
        };
      }
      return { identity, agents: current.agents };
    },
    close,
  };
}

/** Closes what is idle now and what becomes idle later; requests and watches under way go on. */
function retire(agent: HttpAgent): void {
  agent.maxFreeSockets = 0;
  for (const sockets of Object.values(agent.freeSockets))
    for (const socket of sockets ?? []) socket.destroy();
}

interface Agents {
  readonly http: HttpAgent;
  readonly https: HttpAgent;
}
export interface Connection {
  readonly identity: Identity;
  readonly agents: Agents;
}

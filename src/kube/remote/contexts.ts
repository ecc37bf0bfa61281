import { type RemoteClient, type RemoteOptions, remoteClient } from './remote.ts';

export interface Contexts {
  /** The client of a context; throws ProblemError when the kubeconfig has none of that name. */
  client(context: string): RemoteClient;
  /** Drops kept connections. */
  close(): void;
}

/** A client for each context of a kubeconfig that somebody names, made once. */
export function openContexts(options: Omit<RemoteOptions, 'context'>): Contexts {
  const known = new Map<string, RemoteClient>();
  return {
    client(context) {
      const client = known.get(context) ?? remoteClient({ ...options, context });
      known.set(context, client);
      return client;
    },
    close() {
      for (const client of known.values()) client.close();
    },
  };
}

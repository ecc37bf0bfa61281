import type { Container, Pod } from '../../../kube/kinds/objects.data.ts';
import type { Attempt } from '../runtime/runtime.ts';
import type { SocketOwner, SocketOwners } from '../runtime/sockets.ts';
import type { Sandbox } from '../runtime/spec.ts';

/**
 * Ports on which a container says that it can be found, and nothing is asked: where it has no startup and readiness probe, that its own
 * socket is there is all that can be known of it.
 */
const unprobedPorts = ({ readinessProbe, startupProbe, ports = [] }: Container): readonly number[] =>
  readinessProbe || startupProbe
    ? []
    : ports.filter(({ protocol = 'TCP' }) => protocol === 'TCP').map(({ containerPort }) => containerPort);

export interface ListeningOptions {
  readonly sandbox: Sandbox;
  readonly sockets: Pick<SocketOwners, 'ownerOf'>;
  /** Attempts of which an earlier agent has seen that they listen. */
  readonly adopted: readonly Attempt[];
}

/** `lacking`: a sentence for each declared port on which nothing of the pod has been seen to listen. */
export interface Listening {
  readonly lacking: readonly string[];
}

/** Whether the containers of a pod have been seen to listen on the ports that they declare. */
export interface ListeningWatch {
  /** Checks the ports that have not been seen yet; true when that has changed what is known. */
  check(pod: Pod, running: readonly Attempt[]): boolean;
  /** undefined where a probe tells, or nothing is declared. */
  view(pod: Pod, running: readonly Attempt[]): Listening | undefined;
}

/** A port that has been listened on once counts as such: whether it still is is for a probe to find out. */
export function watchListening({ sandbox, sockets, adopted }: ListeningOptions): ListeningWatch {
  /** `container/attempt` → all of its ports, or those that have been seen. */
  const seen = new Map<string, Set<number> | 'all'>(adopted.map((one) => [keyOf(one), 'all']));
  /** Why a port is answered by another process, or why that cannot be determined. */
  const explained = new Map<string, string>();

  const isSeen = (attempt: Attempt, port: number): boolean => {
    const known = seen.get(keyOf(attempt));
    return known === 'all' || (known?.has(port) ?? false);
  };

  function missing({ spec }: Pod, running: readonly Attempt[]) {
    return spec.containers.flatMap((container) => {
      const attempt = running.find(({ ref }) => ref.container === container.name);
      return unprobedPorts(container)
        .filter((port) => attempt === undefined || !isSeen(attempt, port))
        .map((port) => ({ container: container.name, port, attempt }));
    });
  }

  function check(pod: Pod, running: readonly Attempt[]): boolean {
    let changed = false;
    for (const { port, attempt } of missing(pod, running)) {
      if (attempt === undefined) continue;
      const owner = sockets.ownerOf({ pod: sandbox.pod, host: sandbox.address, port });
      const key = `${keyOf(attempt)}:${port}`;
      const isOwn = owner.type === 'own' || (owner.type === 'own wildcard' && sandbox.hostNetwork);
      if (isOwn) {
        const known = seen.get(keyOf(attempt));
        if (known !== 'all') seen.set(keyOf(attempt), (known ?? new Set()).add(port));
      }
      const message = isOwn ? undefined : messageOf(owner);
      changed ||= isOwn || explained.get(key) !== message;
      if (message === undefined) explained.delete(key);
      else explained.set(key, message);
    }
    return changed;
  }

  return {
    check,
    view(pod, running) {
      if (pod.spec.containers.every((one) => unprobedPorts(one).length === 0)) return undefined;
      const lacking = missing(pod, running).map(({ container, port, attempt }) => {
        const why = attempt && explained.get(`${keyOf(attempt)}:${port}`);
        return `container ${container} declares port ${port}${why ? ` (${why})` : ''} and does not listen on it`;
      });
      return { lacking };
    },
  };
}

const keyOf = ({ ref }: Pick<Attempt, 'ref'>): string => `${ref.container}/${ref.attempt}`;

const messageOf = (owner: SocketOwner): string | undefined =>
  'message' in owner ? owner.message : undefined;

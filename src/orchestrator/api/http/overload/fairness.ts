import { onAbort } from '../../../../base/abort.ts';
import { type Awaitable, after } from '../../../../base/awaitable.ts';
import type { User } from '../../../../kube/client/client.ts';
import { statusError } from '../../../../kube/values/status.ts';

/** Which requests belong to which level. All that is set must hold; of users and groups one is enough. */
export interface FlowSchema {
  readonly name: string;
  readonly level: string;
  readonly users?: readonly string[];
  readonly groups?: readonly string[];
  /** Plural names. */
  readonly resources?: readonly string[];
  /** Of requests that are about no resource. */
  readonly paths?: RegExp;
}

export interface PriorityLevel {
  readonly name: string;
  /** Its part of the seats among those of all levels; `exempt`: it never waits. */
  readonly shares: number | 'exempt';
  /** Requests of one user that may wait. */
  readonly queueLength: number;
}

/** What a request is, for its level. */
export interface Asked {
  readonly user: User;
  readonly path: string;
  /** The plural of the resource that it is about. */
  readonly resource?: string;
}

/**
 * Priority and fairness (KEP-1040): each level has seats of its own, so that none starves another, and in a level the users take turns, so
 * that no user starves another. Simpler than in Kubernetes: a queue for each user instead of shuffle sharding, every request takes one seat,
 * and idle seats are not lent to other levels.
 */
export interface Fairness {
  /**
   * A seat, or the wait for one: to be called when the request is done. Rejects with TooManyRequests when too many wait already, and when
   * the signal, which is asked for only where there is a wait, aborts before its turn.
   */
  enter(asked: Asked, patience: () => AbortSignal): Awaitable<() => void>;
}

export interface FairnessOptions {
  readonly levels: readonly PriorityLevel[];
  readonly schemas: readonly FlowSchema[];
  /** Of all levels together. */
  readonly seats: number;
}

export function createFairness({ levels, schemas, seats }: FairnessOptions): Fairness {
  const all = levels.reduce((sum, { shares }) => sum + (shares === 'exempt' ? 0 : shares), 0);
  const queues = new Map(
    levels.map((level) => {
      const own =
        level.shares === 'exempt' ? Number.POSITIVE_INFINITY : Math.ceil((seats * level.shares) / all);
      return [level.name, new Level(own, level.queueLength)];
    }),
  );
  return {
    enter(asked, patience) {
      const level = queues.get(schemas.find((schema) => matches(schema, asked))?.level ?? '');
      if (!level) throw tooMany();
      return after(level.enter(asked.user.name, patience), () => level.leave);
    },
  };
}

function matches({ users, groups, resources, paths }: FlowSchema, { user, path, resource }: Asked): boolean {
  const isSubject =
    (!users && !groups) || users?.includes(user.name) || groups?.some((group) => user.groups.includes(group));
  if (!isSubject) return false;
  if (resources) return resource !== undefined && resources.includes(resource);
  return paths === undefined || (resource === undefined && paths.test(path));
}

const tooMany = () =>
  statusError('TooManyRequests', 'too many requests, please try again later', { retryAfterSeconds: 1 });

/** A request that waits for its turn. */
type Waiting = () => void;

class Level {
  readonly #seats: number;
  readonly #queueLength: number;
  #taken = 0;
  /** The users who wait, in the order of their turns; none is here without a request. */
  readonly #waiting = new Map<string, Waiting[]>();

  constructor(seats: number, queueLength: number) {
    this.#seats = seats;
    this.#queueLength = queueLength;
  }

  enter(user: string, patience: () => AbortSignal): Awaitable<void> {
    if (this.#taken >= this.#seats) return this.#wait(user, patience());
    this.#taken++;
  }

  async #wait(user: string, signal: AbortSignal): Promise<void> {
    const queue = this.#waiting.get(user) ?? [];
    if (queue.length >= this.#queueLength) throw tooMany();
    await new Promise<void>((resolve, reject) => {
      const forget = onAbort(signal, () => {
        this.#remove(user, turn);
        reject(tooMany());
      });
      const turn: Waiting = () => {
        forget();
        resolve();
      };
      queue.push(turn);
      this.#waiting.set(user, queue);
    });
  }

  /** The seat goes to the user whose turn it is, who then stands behind all others. */
  readonly leave = (): void => {
    const next = this.#waiting.entries().next();
    if (next.done) {
      this.#taken--;
      return;
    }
    const [user, queue] = next.value;
    const turn = queue.shift();
    this.#waiting.delete(user);
    if (queue.length > 0) this.#waiting.set(user, queue);
    turn?.();
  };

  #remove(user: string, turn: Waiting): void {
    const queue = (this.#waiting.get(user) ?? []).filter((one) => one !== turn);
    if (queue.length > 0) this.#waiting.set(user, queue);
    else this.#waiting.delete(user);
  }
}

import type { ControllerRevision } from '../../../kube/kinds/objects.data.ts';
import { CONTROLLER_REVISIONS } from '../../../kube/kinds/resources.data.ts';
import { deepEqual } from '../../../kube/values/equal.ts';
import { isAlreadyExists, notFoundAsUndefined } from '../../../kube/values/status.ts';
import type { Resource } from '../../../kube/values/types.ts';
import { createClaiming } from '../claims.ts';
import { type ControllerContext, MANAGER } from '../context.ts';
import type { HistoryDecision } from './decide.ts';
import { newRevision, type Revised } from './revisions.ts';

/** The ControllerRevisions of workloads of one kind (Kubernetes `pkg/controller/history/controller_history.go`). */
export interface History<T extends Revised> {
  /** Those of a workload, after orphans that match were adopted and what no longer matches was released. */
  claimed(owner: T): Promise<readonly ControllerRevision[]>;
  /** The revision of the template that a workload has, created or numbered as decided, under another name where its own is taken. */
  settle(owner: T, decision: HistoryDecision): Promise<Settled>;
  delete(revisions: readonly ControllerRevision[]): Promise<void>;
}

export interface Settled {
  readonly revision: ControllerRevision;
  /** How often names were taken: the workload keeps it in its status. */
  readonly collisionCount: number;
}

/** `hashLabel`: the label of a revision that carries the hash of its template. */
export function createHistory<T extends Revised>(
  { client, informers }: ControllerContext,
  resource: Resource<T>,
  hashLabel: string,
): History<T> {
  const claimed = createClaiming({
    client,
    owners: resource,
    dependents: informers.revisions,
    resource: CONTROLLER_REVISIONS,
  });

  async function create(owner: T, number: number, collisionCount: number): Promise<Settled> {
    const wanted = newRevision(owner, hashLabel, number, collisionCount);
    const { name = '', namespace = '' } = wanted.metadata;
    try {
      const revision = await client.create(CONTROLLER_REVISIONS, wanted, {
        namespace,
        fieldManager: MANAGER,
      });
      return { revision, collisionCount };
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
      const there = await client.get(CONTROLLER_REVISIONS, { namespace, name });
      // Made by an earlier pass, which the cache does not show yet.
      if (deepEqual(there.data, wanted.data)) return { revision: there, collisionCount };
      return create(owner, number, collisionCount + 1);
    }
  }

  return {
    claimed,
    async settle(owner, { current, number }) {
      const { collisionCount = 0 } = owner.status ?? {};
      if (!current) return create(owner, number, collisionCount);
      if (current.revision === number) return { revision: current, collisionCount };
      const renumbered = { ...current, revision: number };
      const revision = await client.update(CONTROLLER_REVISIONS, renumbered, { fieldManager: MANAGER });
      return { revision, collisionCount };
    },
    async delete(revisions) {
      for (const { metadata } of revisions) {
        const { namespace = '', name = '' } = metadata;
        await client.delete(CONTROLLER_REVISIONS, { namespace, name }).catch(notFoundAsUndefined);
      }
    },
  };
}

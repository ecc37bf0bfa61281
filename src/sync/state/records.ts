import type { KubeClient } from '../../kube/client/client.ts';
import type { Informer } from '../../kube/client/informer.ts';
import { notFoundAsUndefined } from '../../kube/values/status.ts';
import type { EnvironmentReport } from '../../model/faces.ts';
import { environmentObjectName } from '../../model/names.ts';
import type { Suspension } from '../../model/suspension.ts';
import { ENVIRONMENTS, type Environment, PILOTAGE_NAMESPACE } from '../../model/types.ts';
import { environmentReport } from './reports.ts';

/** Environments as they are in the record. */
export interface Records {
  /** As it is now; undefined when it does not exist. */
  read(delivery: string, environment: string): Promise<EnvironmentReport | undefined>;
  /** Those that live on a branch of a delivery. From memory: it may lag behind a write by the time of its watch event. */
  onBranch(delivery: string, branch: string): readonly Environment[];
  /** Calls the listener when one has changed; the returned function stops it. */
  onChange(listener: (delivery: string, environment: string) => void): () => void;
}

/** The informer only wakes: the object is read again, so a cache that lags reports nothing stale. */
export function createRecords(
  home: KubeClient,
  informer: Informer<Environment>,
  suspensionOf: (environment: Environment) => Suspension | undefined,
): Records {
  return {
    async read(delivery, environment) {
      const key = { namespace: PILOTAGE_NAMESPACE, name: environmentObjectName(delivery, environment) };
      const object = await home.get(ENVIRONMENTS, key).catch(notFoundAsUndefined);
      return object && environmentReport(object, suspensionOf);
    },
    onBranch: (delivery, branch) =>
      informer.list().filter(({ spec }) => spec.delivery === delivery && spec.branch === branch),
    onChange(listener) {
      const tell = ({ spec }: Environment) => listener(spec.delivery, spec.environment);
      return informer.listen({ update: tell, delete: tell });
    },
  };
}

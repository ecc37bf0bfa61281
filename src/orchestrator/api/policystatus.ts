import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { type Controller, createController, watch } from '../../kube/client/controller.ts';
import { createInformer } from '../../kube/client/informer.ts';
import { type TypedKind, typeWarnings } from '../../kube/kinds/admission/typecheck.ts';
import { VALIDATING_ADMISSION_POLICIES } from '../../kube/kinds/resources.data.ts';
import { notFoundAsUndefined } from '../../kube/values/status.ts';

export interface PolicyStatusOptions {
  readonly client: KubeClient;
  readonly kinds: { all(): readonly TypedKind[] };
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Says of each ValidatingAdmissionPolicy what does not fit the types of the kinds that it is about, once for each generation
 * (Kubernetes `pkg/controller/validatingadmissionpolicystatus`).
 */
export function createPolicyStatus({ client, kinds, clock, logger }: PolicyStatusOptions): Controller {
  const policies = createInformer({ client, resource: VALIDATING_ADMISSION_POLICIES, clock, logger });

  async function reconcile(name: string): Promise<undefined> {
    const policy = policies.get({ name });
    const observedGeneration = policy?.metadata.generation ?? 0;
    if (!policy || observedGeneration <= (policy.status?.observedGeneration ?? 0)) return;
    const warnings = typeWarnings(policy.spec ?? {}, kinds.all());
    const typeChecking = warnings.length === 0 ? {} : { expressionWarnings: warnings };
    const changed = { ...policy, status: { ...policy.status, observedGeneration, typeChecking } };
    await client
      .update(VALIDATING_ADMISSION_POLICIES, changed, { subresource: 'status' })
      .catch(notFoundAsUndefined);
  }

  return createController({
    name: 'policystatus',
    clock,
    logger,
    watches: [watch(policies, ({ metadata }) => [metadata.name ?? ''])],
    reconcile,
  });
}

import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { type Controller, createController, watch } from '../../kube/client/controller.ts';
import { createInformer } from '../../kube/client/informer.ts';
import type { FlowSchema } from '../../kube/kinds/objects.data.ts';
import { FLOW_SCHEMAS, PRIORITY_LEVEL_CONFIGURATIONS } from '../../kube/kinds/resources.data.ts';
import { findCondition, type NewCondition, replaceCondition } from '../../kube/values/condition.ts';
import { notFoundAsUndefined } from '../../kube/values/status.ts';

export interface FlowSchemasOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Says of each FlowSchema whether the priority level that it names is there, in the condition `Dangling` (apiserver
 * `pkg/util/flowcontrol/apf_controller.go`, presyncFlowSchemaStatus).
 */
export function createFlowSchemaStatus({ client, clock, logger }: FlowSchemasOptions): Controller {
  const schemas = createInformer({ client, resource: FLOW_SCHEMAS, clock, logger });
  const levels = createInformer({ client, resource: PRIORITY_LEVEL_CONFIGURATIONS, clock, logger });
  const schemasOf = schemas.index((schema) => [levelOf(schema)]);

  async function reconcile(name: string): Promise<undefined> {
    const schema = schemas.get({ name });
    if (!schema) return;
    const next = danglingCondition(levelOf(schema), levels.get({ name: levelOf(schema) }) !== undefined);
    const before = schema.status?.conditions ?? [];
    const known = findCondition(before, next.type);
    if (known?.status === next.status && known.message === next.message) return;
    const conditions = replaceCondition(before, next, clock.now());
    const changed = { ...schema, status: { ...schema.status, conditions } };
    await client.update(FLOW_SCHEMAS, changed, { subresource: 'status' }).catch(notFoundAsUndefined);
  }

  return createController({
    name: 'flowschemas',
    clock,
    logger,
    watches: [
      watch(schemas, ({ metadata }) => [metadata.name ?? '']),
      watch(levels, ({ metadata }) => schemasOf(metadata.name ?? '').map((one) => one.metadata.name ?? '')),
    ],
    reconcile,
  });
}

const levelOf = ({ spec }: FlowSchema): string => spec.priorityLevelConfiguration.name;

function danglingCondition(level: string, isThere: boolean): NewCondition {
  const names = `This FlowSchema references the PriorityLevelConfiguration object named "${level}"`;
  return isThere
    ? { type: 'Dangling', status: 'False', reason: 'Found', message: `${names} and it exists` }
    : {
        type: 'Dangling',
        status: 'True',
        reason: 'NotFound',
        message: `${names} but there is no such object`,
      };
}

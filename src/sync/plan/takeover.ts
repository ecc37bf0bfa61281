import { recordApply } from '../../kube/ownership/managedfields.ts';
import { applyDefaults } from '../../kube/rules/defaults.ts';
import { builtinSchema } from '../../kube/schema/schema.ts';
import { fieldSetFromV1, fieldSetToV1, unionAll } from '../../kube/values/fieldset.ts';
import { gvkOf, type JsonObject, type KubeObject, type ManagedFieldsEntry } from '../../kube/values/types.ts';
import { FIELD_MANAGER } from '../../model/types.ts';
import { givenUp, type Ignored } from './ignored.ts';

/**
 * Field managers that write whole objects, and so say of each field that it is theirs: what they leave behind is Pilotage's to drop. Who
 * changes single fields (`kubectl-edit`, `kubectl-rollout`, a controller) keeps them, and no pod restarts for their sake.
 */
const WHOLE_WRITERS: ReadonlySet<string> = new Set([
  'helm',
  'argocd-controller',
  'argocd-application-controller',
  'kustomize-controller',
  'helm-controller',
  'kubectl',
  'kubectl-client-side-apply',
  'kubectl-create',
  'kubectl-replace',
  'before-first-apply',
]);

/**
 * `metadata.managedFields` in which the fields of whoever wrote whole objects are ours, as client-go's csaupgrade does it
 * (`util/csaupgrade/upgrade.go`): one union in one entry of operation Apply, theirs gone. What is ignored stays nobody's. Undefined where
 * there is nothing to take over, or an entry cannot be read.
 */
export function takenOver(
  live: KubeObject,
  ignore: Ignored | undefined,
): readonly ManagedFieldsEntry[] | undefined {
  const entries = live.metadata.managedFields ?? [];
  const theirs = entries.filter((entry) => isWholeWriter(entry));
  if (theirs.length === 0) return undefined;
  const ours = entries.filter((entry) => isOurs(entry));
  const time = [...theirs, ...ours]
    .flatMap((entry) => entry.time ?? [])
    .sort()
    .at(-1);
  try {
    const set = unionAll([...ours, ...theirs].map(({ fieldsV1 }) => fieldSetFromV1(fieldsV1 ?? {})));
    const merged: ManagedFieldsEntry = {
      manager: FIELD_MANAGER,
      operation: 'Apply',
      apiVersion: live.apiVersion,
      ...(time ? { time } : {}),
      fieldsType: 'FieldsV1',
      fieldsV1: fieldSetToV1(set) as JsonObject,
    };
    const managedFields = [merged, ...entries.filter((one) => !isWholeWriter(one) && !isOurs(one))];
    return givenUp(withManagers(live, managedFields), ignore) ?? managedFields;
  } catch {
    return undefined;
  }
}

const isMain = ({ subresource }: ManagedFieldsEntry): boolean => !subresource;
const isWholeWriter = (entry: ManagedFieldsEntry): boolean =>
  isMain(entry) && WHOLE_WRITERS.has(entry.manager);
const isOurs = (entry: ManagedFieldsEntry): boolean =>
  isMain(entry) && entry.manager === FIELD_MANAGER && entry.operation === 'Apply';

const withManagers = (live: KubeObject, managedFields: readonly ManagedFieldsEntry[]): KubeObject => ({
  ...live,
  metadata: { ...live.metadata, managedFields },
});

/**
 * What taking an object over makes of it, by the algorithm of the server (KEP-555): a dry run cannot be asked, for it knows the managers
 * as they are. Undefined where only the server knows the schema; then its managers stay as they are.
 */
export function afterTakeover(
  live: KubeObject,
  intent: KubeObject,
  ignore: Ignored | undefined,
): KubeObject | undefined {
  const schema = builtinSchema(gvkOf(live));
  if (schema === undefined || live.apiVersion !== intent.apiVersion) return undefined;
  const managedFields = takenOver(live, ignore);
  const outcome = recordApply({
    live: managedFields ? withManagers(live, managedFields) : live,
    applied: intent,
    manager: FIELD_MANAGER,
    force: true,
    time: '1970-01-01T00:00:00Z',
    schema,
    defaults: (object) => applyDefaults(schema, object),
  });
  return outcome.ok ? outcome.object : undefined;
}

/** Whether the managers of an object can be changed, because what its fields mean is known here. */
export const knowsFieldsOf = (live: KubeObject): boolean => builtinSchema(gvkOf(live)) !== undefined;

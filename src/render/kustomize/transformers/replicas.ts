import type { FieldSpec } from '../config/types.ts';
import { refuse } from '../errors.ts';
import type { ReplicaArgs } from '../kustomization/fields.ts';
import { isSelected } from '../resource/id.ts';
import type { Resources } from '../resource/resources.ts';
import { changeField } from './fieldspec.ts';
import { setScalar } from './setters.ts';

/** Sets how many replicas a workload has (api `ReplicaCountTransformer`). @throws ProblemError where there is none of that name */
export function setReplicas(resources: Resources, args: ReplicaArgs, fields: readonly FieldSpec[]): void {
  const { name = '', count = 0, place } = args;
  let isFound = false;
  for (const field of fields) {
    for (const resource of resources.withAnyId((id) => id.name === name && isSelected(id, field))) {
      isFound = true;
      changeField(resource, field, setScalar(String(count), '!!int', place), 'scalar');
    }
  }
  if (isFound) return;
  const kinds = fields.map(({ kind }) => kind).join(', ');
  throw refuse(
    `replicas names ${JSON.stringify(name)}, but no resource of that name has replicas`,
    place,
    `It must be the name of one of these, as it is written in its file: ${kinds}.`,
  );
}

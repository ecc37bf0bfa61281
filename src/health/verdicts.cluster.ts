import type { Condition } from '../kube/values/condition.ts';
import type { KubeObject } from '../kube/values/types.ts';
import type { Verdict } from './verdict.ts';

/** Kinds that configure the cluster rather than run in it. */
interface Configuring extends KubeObject {
  readonly status?: {
    readonly attached?: boolean;
    readonly attachError?: { readonly message?: string };
    readonly certificate?: string;
    readonly observedGeneration?: number;
    readonly conditions?: readonly Condition[];
  };
}

const conditionOf = ({ status }: Configuring, type: string): Condition | undefined =>
  status?.conditions?.find((condition) => condition.type === type);

const because = (state: Verdict['state'], reason: string, message: string | undefined): Verdict => ({
  state,
  reason,
  ...(message ? { message } : {}),
});

/** `Ready` is what its controller says of a range (KEP-1880). */
export function serviceCidrVerdict(range: Configuring): Verdict {
  const ready = conditionOf(range, 'Ready');
  if (ready?.status === 'True') return { state: 'Healthy' };
  return because('Progressing', ready?.reason ?? 'Waiting', ready?.message || 'the range is not in use yet');
}

export function volumeAttachmentVerdict({ status }: Configuring): Verdict {
  if (status?.attached) return { state: 'Healthy' };
  const { message } = status?.attachError ?? {};
  if (message) return because('Degraded', 'AttachError', message);
  return because('Progressing', 'Attaching', 'the volume is not attached yet');
}

/** One that names a priority level that does not exist classifies nothing. */
export function flowSchemaVerdict(schema: Configuring): Verdict {
  const dangling = conditionOf(schema, 'Dangling');
  return dangling?.status === 'True'
    ? because('Degraded', dangling.reason ?? 'Dangling', dangling.message)
    : { state: 'Healthy' };
}

/** Its status has no condition that a server sets. */
export const priorityLevelVerdict = (): Verdict => ({ state: 'Healthy' });

/** The controller checks the types of its expressions, and then says which generation it has seen. */
export function admissionPolicyVerdict({ metadata, status }: Configuring): Verdict {
  return (status?.observedGeneration ?? 0) < (metadata.generation ?? 0)
    ? because('Progressing', 'GenerationLag', 'its expressions have not been checked yet')
    : { state: 'Healthy' };
}

export function certificateRequestVerdict(request: Configuring): Verdict {
  const refused = conditionOf(request, 'Denied') ?? conditionOf(request, 'Failed');
  if (refused) return because('Degraded', refused.reason ?? refused.type, refused.message);
  if (request.status?.certificate) return { state: 'Healthy' };
  return conditionOf(request, 'Approved')
    ? because('Progressing', 'Approved', 'the request is approved and not signed yet')
    : because('Progressing', 'Pending', 'the request waits for approval');
}

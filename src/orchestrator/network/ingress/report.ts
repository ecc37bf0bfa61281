import { INGRESS_PROBLEMS } from '../../../kube/kinds/ingresses/words.ts';
import { deepEqual } from '../../../kube/values/equal.ts';
import type { JsonObject } from '../../../kube/values/types.ts';
import type { FacePorts } from './decide.ts';
import { problemsText } from './findings.ts';
import type { Judged } from './rules.ts';

/** Where clients of this machine reach the ingress. */
export interface FaceAddress {
  readonly host: string;
  readonly ports: FacePorts;
}

/** What is to be written to the status of an Ingress, as a merge patch; undefined: it says so already. */
export function statusPatch({ ingress, state, findings }: Judged, face: FaceAddress): JsonObject | undefined {
  const { status, metadata } = ingress;
  const said = status?.loadBalancer?.ingress ?? [];
  const ours = addressesOf(face);
  // What another controller says of its own stays; ours goes with the class.
  const wanted = state === 'served' ? ours : deepEqual(said, ours) ? [] : undefined;
  const isAddressed = wanted === undefined || deepEqual(said, wanted);
  const problems = problemsText(findings);
  if (isAddressed && metadata.annotations?.[INGRESS_PROBLEMS] === problems) return undefined;
  return {
    // null takes it off.
    metadata: { annotations: { [INGRESS_PROBLEMS]: problems ?? null } },
    ...(isAddressed ? {} : { status: { loadBalancer: { ingress: wanted } } }),
  };
}

/** HTTP first, then HTTPS: `sync` makes URLs of them. */
function addressesOf({ host, ports }: FaceAddress): JsonObject[] {
  const open = [ports.http, ports.https].filter((port) => port !== undefined);
  if (open.length === 0) return [];
  return [{ ip: host, ports: open.map((port) => ({ port, protocol: 'TCP' })) }];
}

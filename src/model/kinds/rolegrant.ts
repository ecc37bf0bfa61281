import type { PilotageKind } from './kind.ts';
import { list, object, oneOf, optional, string } from './shape.ts';

const spec = object({
  /** Name of a DeliveryRole. */
  role: string,
  subjects: list(object({ kind: oneOf(['User', 'Group']), name: string })),
  /** Absent: all, those that come later included. */
  deliveries: optional(list(string)),
  /** Names such as `prod`, of each of the deliveries. Absent: all. */
  environments: optional(list(string)),
});

const status = object({
  /** What keeps it from being in force: a role that does not exist. */
  message: optional(string),
});

/** Who has which role where. A controller (`identity/grants`) makes Roles and RoleBindings of Kubernetes of it. */
export const ROLE_GRANT = {
  kind: 'RoleGrant',
  plural: 'rolegrants',
  shortName: 'pgrant',
  spec,
  status,
  columns: [
    ['Role', '.spec.role'],
    ['Subjects', '.spec.subjects[*].name'],
    ['Deliveries', '.spec.deliveries'],
    ['Environments', '.spec.environments'],
    ['Message', '.status.message'],
  ],
} as const satisfies PilotageKind;

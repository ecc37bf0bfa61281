import { inventoryEntry } from './common.ts';
import type { PilotageKind } from './kind.ts';
import { integer, list, mapOf, object, oneOf, optional, string, time, written } from './shape.ts';

/** A change that was made in the cluster instead of in git, and that was set back. */
export const healedDrift = object({
  /** Of several equal ones the last. */
  at: time,
  /** `Deployment shop-dev/web` */
  object: string,
  /** Field managers, as far as the object tells: `kubectl-edit`. */
  by: string,
  /** `set spec.replicas to 4 (git: 2)` */
  change: string,
  /** Where git says it: `chart/templates/web.hbs:12`. */
  origin: optional(string),
  count: integer,
});

const spec = object({
  delivery: string,
  environment: string,
  number: integer,
  revision: string,
  tree: string,
  branch: string,
  subject: optional(string),
  author: optional(string),
  /** The user who pushed, promoted, pinned or rolled back to it, where that is known. */
  by: optional(string),
  cause: oneOf(['commit', 'rollback', 'pin']),
  /** HMAC-SHA256, with the key of this installation, over the canonical JSON of the rendered objects. */
  digest: string,
  /** Name of the rendered objects, which lie sealed in `bundles/` of the data directory: a rollback needs neither git nor the renderer. */
  bundle: optional(string),
  /** The same, sealed, in the object itself: as earlier versions kept them. */
  manifests: optional(string),
  /** `{{image "web"}}` → the image that it resolved to. */
  images: optional(mapOf(string)),
});

const status = object({
  result: written(oneOf(['Applying', 'Applied', 'Healthy', 'Failed', 'Superseded'])),
  message: optional(string),
  startedAt: optional(time),
  finishedAt: optional(time),
  summary: optional(mapOf(integer)),
  inventory: optional(list(inventoryEntry)),
  /** What was changed in the cluster while it was deployed, and set back; newest last, the last 10. */
  healed: optional(list(healedDrift)),
});

/** One applied revision of an environment. Name: `<delivery>.<environment>.<number>`. The last 20 are kept. */
export const RELEASE = {
  kind: 'Release',
  plural: 'releases',
  shortName: 'prel',
  spec,
  status,
  columns: [
    ['Environment', '.spec.environment'],
    ['Number', '.spec.number', 'integer'],
    ['Revision', '.spec.revision', 'string', 1],
    ['Cause', '.spec.cause'],
    ['Subject', '.spec.subject'],
    ['Result', '.status.result'],
  ],
} as const satisfies PilotageKind;

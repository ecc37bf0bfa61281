import { hold } from './gaterecords.ts';
import type { PilotageKind } from './kind.ts';
import {
  boolean,
  count,
  integer,
  list,
  mapOf,
  object,
  oneOf,
  oneOfTypes,
  optional,
  string,
  time,
} from './shape.ts';

export const FORGE_KINDS = ['github', 'gitlab', 'gitea'] as const;

export const WEBHOOK_KINDS = [
  'github',
  'gitlab',
  'gitea',
  'bitbucket',
  'bitbucket-server',
  'azure',
  'generic',
] as const;
export type WebhookKind = (typeof WEBHOOK_KINDS)[number];

const spec = object({
  repository: oneOfTypes({
    hosted: {},
    remote: {
      url: string,
      secretRef: optional(object({ name: string })),
      pollSeconds: optional(count),
    },
  }),
  /** Kubeconfig contexts that environments of this delivery may name. Never the repository's own choice. */
  clusters: optional(list(string)),
  /** Namespaces, beside their own, that its environments may deliver to; a person's word. */
  namespaces: optional(list(string)),
  /** Kinds outside of namespaces (`ClusterRole`) that its environments may write; a person's word. */
  clusterScoped: optional(list(string)),
  /** HOST or HOST:PORT that its builds may reach, beside the registries that the machine is configured with; a person's word. */
  registries: optional(list(string)),
  /** HOST or HOST:PORT of repositories that its kustomizations may use at a commit, beside that of its own; a person's word. */
  bases: optional(list(string)),
  /** HOST or HOST:PORT of repositories and registries that its charts may come from; a person's word. */
  charts: optional(list(string)),
  /** Digests of health rules in pilotage.yaml that may improve a verdict; a person's word. */
  healthRules: optional(list(string)),
  /** Who answers the queries of gates (`metric`), and the Secret with a token for it; a person's word. */
  prometheus: optional(object({ url: string, secretRef: optional(object({ name: string })) })),
  /** Nothing is done in any of its environments (`pilotage suspend shop`). */
  suspend: optional(hold),
  /** How many previews there may be at a time, at most; 0: none. Absent: ten. A person's word. */
  previews: optional(integer),
  /** Where its pull requests and statuses are; absent: known by the host of its repository, or nowhere. A person's word. */
  forge: optional(
    object({
      kind: optional(oneOf(FORGE_KINDS)),
      /** Scheme, host and port of its pages, and of its API. */
      url: optional(string),
      /** What is shown to it: `token`, or `appId`, `installationId` and `privateKey` of a GitHub App; and the `url` that it was given for. */
      secretRef: optional(object({ name: string })),
    }),
  ),
  /** Whose signatures of commits count, and whether all its environments ask for them. A person's word. */
  signatures: optional(
    object({
      required: optional(boolean),
      /** Of a Secret whose `signers` are allowed signers and keys of OpenPGP. */
      secretRef: optional(object({ name: string })),
      /** Commits that are vouched for, with all that they contain. */
      since: optional(list(string)),
    }),
  ),
  /** Who calls when something was pushed, and the Secret whose `secret` it proves to know. */
  webhook: optional(object({ kind: oneOf(WEBHOOK_KINDS), secretRef: object({ name: string }) })),
});

/** A commit, and environments that it left as they were: for each it stands in the place of the commit that their own record names. */
export const advance = object({
  revision: string,
  tree: string,
  /** When it was observed. */
  at: time,
  /** The user who pushed or promoted it, where that is known. */
  by: optional(string),
  /** What their `status.observation` came to with this commit: a record of their own that has come as far is newer. */
  observation: integer,
  /** Their UIDs: one of the same name that is made later is another one. */
  environments: list(string),
});

/** What is known of previews that there are not: those that wait for their turn, and those that have ended. */
export const previewRecord = object({
  queue: list(object({ branch: string, revision: string, since: time })),
  /** Not made again until the branch moves. */
  ended: list(object({ branch: string, revision: string, reason: string, at: time })),
  /** Why no preview is made, where that is so. */
  message: optional(string),
  /** How many there may be at a time. */
  max: optional(integer),
  /** Whether branches of open pull requests have one: then it is watched which those are. */
  pullRequests: optional(boolean),
});

const status = object({
  defaultBranch: optional(string),
  /** Tip of every branch as last observed. */
  branches: optional(mapOf(string)),
  message: optional(string),
  /** Written at once for all environments that a commit leaves alone; `model/advanced.ts` joins it with their own records. */
  advanced: optional(list(advance)),
  previews: optional(previewRecord),
  /** Branches of the repository itself that have an open pull request, as its forge listed them last. */
  openPullRequests: optional(object({ branches: list(string), at: time })),
});

/** A repository, its credentials and the clusters that it may use. Name: the delivery. Namespace: PILOTAGE_NAMESPACE. */
export const DELIVERY = {
  kind: 'Delivery',
  plural: 'deliveries',
  shortName: 'pdel',
  spec,
  status,
  columns: [
    ['Repository', '.spec.repository.type'],
    ['Branch', '.status.defaultBranch'],
    ['URL', '.spec.repository.url', 'string', 1],
    ['Message', '.status.message'],
  ],
} as const satisfies PilotageKind;

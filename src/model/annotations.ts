/** Annotations and labels that Pilotage writes or reads. */
export const ANNOTATIONS = {
  /** `<instance uid>/<delivery>/<environment>/<app>`: an object without exactly our value is never pruned. */
  tracking: 'pilotage.dev/tracking',
  /** What becomes of one object when git drops it: `keep`, `confirm` or `auto`. */
  prune: 'pilotage.dev/prune',
  /** `"true"`: the object is written as a whole instead of by server-side apply. */
  replace: 'pilotage.dev/replace',
  /** `"true"`: it is deleted and made again where a field of it cannot be changed in place. */
  force: 'pilotage.dev/force',
  /** `"false"` asks for client-side apply, which there is none of. */
  serverSide: 'pilotage.dev/server-side',
  /** Once let a manifest take over what it did not make. It grants nothing: `pilotage adopt` is a person's word. */
  adopt: 'pilotage.dev/adopt',
  /** On an Environment: `<cluster>/<namespace>` that it was the first to claim. One environment owns a namespace. */
  claim: 'pilotage.dev/claim',
  /** On an Environment: since when it follows its branch, RFC 3339 with milliseconds; one moment for all that one look has made. */
  branchSince: 'pilotage.dev/branch-since',
  /** On a Namespace: `<instance uid>/<delivery>/<environment>` whose it is. */
  owner: 'pilotage.dev/owner',
  /** On the namespace of the pilotage.dev objects: uid of the instance whose home the cluster is. */
  homeOf: 'pilotage.dev/home-of',
  /** Integer as a string; lower waves first, next wave when the last is healthy. */
  wave: 'pilotage.dev/wave',
  /** On the object of a hook: which run of its app has made it. */
  hookRun: 'pilotage.dev/hook-run',
  /** Full commit id on every object that we apply. */
  revision: 'pilotage.dev/revision',
  /** On a Secret of the namespace of the pilotage.dev objects: deliveries, separated by commas, whose builds may use it; a person's word. */
  builds: 'pilotage.dev/builds',
  /** Names of rules of `pilotage chart lint`, separated by commas, that say nothing of the object. */
  lintDisable: 'pilotage.dev/lint-disable',
} as const;

export const LABELS = {
  delivery: 'pilotage.dev/delivery',
  environment: 'pilotage.dev/environment',
} as const;

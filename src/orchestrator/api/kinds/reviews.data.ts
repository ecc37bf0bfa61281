/** Questions that are created, answered and never stored (authorization.k8s.io, authentication.k8s.io). */
const review = <K extends string>(group: string, plural: string, kind: K, namespaced: boolean) => ({
  group,
  version: 'v1',
  plural,
  kind,
  namespaced,
  singular: kind.toLowerCase(),
  shortNames: [],
  categories: [],
  verbs: ['create'],
  subresourceRows: [],
});

export const REVIEWS = [
  review('authentication.k8s.io', 'selfsubjectreviews', 'SelfSubjectReview', false),
  review('authentication.k8s.io', 'tokenreviews', 'TokenReview', false),
  review('authorization.k8s.io', 'localsubjectaccessreviews', 'LocalSubjectAccessReview', true),
  review('authorization.k8s.io', 'selfsubjectaccessreviews', 'SelfSubjectAccessReview', false),
  review('authorization.k8s.io', 'selfsubjectrulesreviews', 'SelfSubjectRulesReview', false),
  review('authorization.k8s.io', 'subjectaccessreviews', 'SubjectAccessReview', false),
] as const;
export type ReviewKind = (typeof REVIEWS)[number]['kind'];

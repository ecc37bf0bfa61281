import type { KubeObject } from './types.ts';

/** For sorting: the oldest first, those of the same second by namespace and name. */
export const oldestFirst = (a: KubeObject, b: KubeObject): number => (ageKey(a) < ageKey(b) ? -1 : 1);

const ageKey = ({ metadata }: KubeObject): string =>
  `${metadata.creationTimestamp} ${metadata.namespace ?? ''}/${metadata.name}`;

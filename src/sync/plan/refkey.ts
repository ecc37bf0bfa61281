import { gvkOf, type ObjectRef } from '../../kube/values/types.ts';

/** Names an object whatever version it is read in: `apps/Deployment/shop-dev/web`. */
export const refKey = (ref: ObjectRef): string =>
  `${gvkOf(ref).group}/${ref.kind}/${ref.namespace ?? ''}/${ref.name}`;

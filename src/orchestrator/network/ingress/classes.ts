import {
  CLASS_ANNOTATION,
  DEFAULT_INGRESS_CLASS,
  INGRESS_CLASS_NAME,
  INGRESS_CONTROLLER,
  isOurClass,
} from '../../../kube/kinds/ingresses/words.ts';
import type { Ingress, IngressClass } from '../../../kube/kinds/objects.data.ts';
import type { Finding } from './findings.ts';

export type Claim =
  | { readonly type: 'ours' }
  /** Another controller's, as far as anybody can tell. */
  | { readonly type: 'others' }
  /** Nobody can serve it: there is no such class. */
  | { readonly type: 'nobody'; readonly finding: Finding };

/**
 * Whether an Ingress is served here (Kubernetes "Ingress", "Ingress class"): its field names a class of ours, or its older annotation does,
 * or it names none and a class of ours is the default.
 */
export function claimOf(ingress: Ingress, classes: readonly IngressClass[]): Claim {
  const name = ingress.spec?.ingressClassName ?? ingress.metadata.annotations?.[CLASS_ANNOTATION];
  if (name === undefined) return classes.some(isDefaultOfOurs) ? { type: 'ours' } : { type: 'others' };
  const known = classes.find(({ metadata }) => metadata.name === name);
  if (known) return { type: isOurClass(known) ? 'ours' : 'others' };
  if (name === '' || isServedAlready(ingress)) return { type: 'others' };
  return {
    type: 'nobody',
    finding: {
      reason: 'ClassMissing',
      message: `there is no IngressClass ${name}: name ${INGRESS_CLASS_NAME}, or create ${name} with the controller ${INGRESS_CONTROLLER}`,
    },
  };
}

const isDefaultOfOurs = (one: IngressClass): boolean =>
  isOurClass(one) && one.metadata.annotations?.[DEFAULT_INGRESS_CLASS] === 'true';

/** By a controller that does without a class object. */
const isServedAlready = ({ status }: Ingress): boolean => (status?.loadBalancer?.ingress ?? []).length > 0;

import type { CustomResourceDefinition } from '../kube/kinds/objects.data.ts';
import { DELIVERY } from './kinds/delivery.ts';
import { DELIVERY_ROLE } from './kinds/deliveryrole.ts';
import { ENVIRONMENT } from './kinds/environment.ts';
import { definitionOf } from './kinds/kind.ts';
import { PROMOTION } from './kinds/promotion.ts';
import { RELEASE } from './kinds/release.ts';
import { ROLE_GRANT } from './kinds/rolegrant.ts';
import { TOKEN } from './kinds/token.ts';
import { USER } from './kinds/user.ts';

/** The kinds of `pilotage.dev`, for the built-in cluster and any other home alike. */
export const PILOTAGE_CRDS: readonly CustomResourceDefinition[] = [
  DELIVERY,
  ENVIRONMENT,
  RELEASE,
  PROMOTION,
  USER,
  TOKEN,
  DELIVERY_ROLE,
  ROLE_GRANT,
].map(definitionOf);

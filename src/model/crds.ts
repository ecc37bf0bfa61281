import type { CustomResourceDefinition } from '../kube/kinds/objects.data.ts';
import { DELIVERY } from './kinds/delivery.ts';
import { ENVIRONMENT } from './kinds/environment.ts';
import { definitionOf } from './kinds/kind.ts';
import { PROMOTION } from './kinds/promotion.ts';
import { RELEASE } from './kinds/release.ts';

/** The kinds of `pilotage.dev`, for the built-in cluster and any other home alike. */
export const PILOTAGE_CRDS: readonly CustomResourceDefinition[] = [
  DELIVERY,
  ENVIRONMENT,
  RELEASE,
  PROMOTION,
].map(definitionOf);

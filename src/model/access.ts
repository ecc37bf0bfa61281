import type { Problem } from '../base/errors.ts';
import type { DELIVERY_VERBS, ENVIRONMENT_VERBS } from './kinds/deliveryrole.ts';
import type { User } from './user.ts';

/** What somebody wants to do, and with what. Between those who are asked and the one who decides. */
export type Question =
  | {
      readonly on: 'environment';
      readonly verb: (typeof ENVIRONMENT_VERBS)[number];
      readonly delivery: string;
      readonly environment: string;
    }
  | {
      readonly on: 'delivery';
      readonly verb: (typeof DELIVERY_VERBS)[number];
      /** Absent: any of them. */
      readonly delivery?: string;
    }
  /** Any environment. */
  | { readonly on: 'environments'; readonly verb: (typeof ENVIRONMENT_VERBS)[number] }
  | {
      readonly on: 'users' | 'tokens' | 'deliveryroles' | 'rolegrants' | 'backups';
      readonly verb: 'get' | 'list' | 'create' | 'update' | 'delete';
    };

export interface Access {
  /** Why not; undefined: the user may. */
  refusal(user: User, question: Question): Promise<Problem | undefined>;
  /** @throws ProblemError Forbidden */
  assert(user: User, question: Question): Promise<void>;
}

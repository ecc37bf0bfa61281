/** What is asked and said of users' rights, by the verbs and by who decides. */
import type { Awaitable } from '../../base/awaitable.ts';
import type { User } from '../../kube/client/client.ts';
import type { PolicyRule } from '../../kube/kinds/objects.data.ts';
import type { KubeObject } from '../../kube/values/types.ts';

/** What an authorizer decides about (`k8s.io/apiserver/pkg/authorization/authorizer` Attributes). */
export type Attributes =
  | {
      /** One of REQUEST_VERBS for a request; roles and reviews know any other (`bind`, `use`, `approve`). */
      readonly verb: string;
      readonly group: string;
      readonly resource: string;
      readonly subresource?: string;
      readonly namespace?: string;
      readonly name?: string;
      /** The object as it would be written: for rules about content (a node writes only its own pods). */
      readonly object?: KubeObject;
      /** The object as it is stored: for the same. */
      readonly live?: KubeObject;
      readonly fieldSelector?: string;
      /** The body has not been read: is there any object that this user could write so? */
      readonly isUnread?: boolean;
    }
  | {
      /** The method in lower case, `get` for HEAD: paths that are not resources know no other verbs. */
      readonly verb: string;
      readonly path: string;
    };

export const REQUEST_VERBS = [
  'get',
  'list',
  'watch',
  'create',
  'update',
  'patch',
  'delete',
  'deletecollection',
  'impersonate',
] as const;
export type RequestVerb = (typeof REQUEST_VERBS)[number];

export type Decision =
  | { readonly allowed: true; readonly reason?: string }
  | {
      readonly allowed: false;
      readonly reason: string;
    };

/** May wait: for a webhook, say. */
export type Authorizer = (user: User, attributes: Attributes) => Awaitable<Decision>;

/** Rules that hold for somebody. */
export interface RulesFound {
  readonly rules: readonly PolicyRule[];
  /** There are rights that no rule shows. */
  readonly incomplete: boolean;
  /** What could not be found out, and why. */
  readonly error?: string;
}

/** A role or binding that somebody wants to write. */
export interface GrantAttributes {
  readonly user: User;
  readonly resource: { readonly group: string; readonly plural: string; readonly kind: string };
  readonly namespace?: string;
  readonly name: string;
  readonly object: KubeObject;
  /** Absent for a create. */
  readonly live?: KubeObject;
}

/** Everything that the API asks about users' rights; handed to it by whoever assembles the server. */
export interface Authorization {
  readonly authorize: Authorizer;
  rulesFor(user: User, namespace: string): RulesFound;
  /** Rejects with StatusError where the user would grant more than the user has. */
  assertMayGrant(grant: GrantAttributes): Awaitable<void>;
  /** The kinds whose objects decide: each is shown every object at the start and after each change, before its author hears of it. */
  readonly policies: readonly PolicyKind[];
}

export interface PolicyKind {
  readonly group: string;
  readonly plural: string;
  /** The object as it is now; undefined: gone. */
  observe(key: { readonly namespace?: string; readonly name: string }, object: KubeObject | undefined): void;
}

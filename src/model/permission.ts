/** Whether a revision that stands on the branch of an environment may be deployed there. Between the rooms that ask and answer. */
export type Permission =
  /** `note`: what a person should know of it all the same. */
  | { readonly type: 'allowed'; readonly note?: string }
  /** Nothing is deployed for now; it is asked again. */
  | { readonly type: 'held'; readonly message: string };

/** `environment` as it stands, and the revision that its branch wants. */
export type MayDeploy<E> = (environment: E, revision: string) => Promise<Permission>;

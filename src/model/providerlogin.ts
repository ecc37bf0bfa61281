/** What a sign-in at an OpenID Connect provider is to all who take part: the daemon, its HTTP face, and the command line. */

/** So long may somebody take for it. */
export const SIGN_IN_MS = 10 * 60_000;
/** Where a page of the face leads to for it. */
export const PROVIDER_LOGIN = '/login/oidc';
/** Where the provider sends a browser back to that began at the face: the client is registered there with this path. */
export const PROVIDER_CALLBACK = '/login/oidc/callback';

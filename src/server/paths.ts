/** Addresses of the face that several of its files know. */

/** Where a page leads to for a sign-in at the provider. */
export const PROVIDER_LOGIN = '/login/oidc';
/** Where the provider sends the browser back to: the client is registered there with this path. */
export const PROVIDER_CALLBACK = '/login/oidc/callback';

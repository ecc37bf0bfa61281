/** Addresses of the HTTP face by which a browser signs in at the provider. */

/** Where a page leads to for that. */
export const PROVIDER_LOGIN = '/login/oidc';
/** Where the provider sends the browser back to: the client is registered there with this path. */
export const PROVIDER_CALLBACK = '/login/oidc/callback';

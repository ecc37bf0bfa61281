/** An OpenID Connect provider that signs people in, as the file of `pilotage up --signin` says it. */
export interface OidcOptions {
  /** `https://login.example.com`, as its tokens name it. */
  readonly issuer: string;
  readonly clientId: string;
  /** Absent: a public client, which has PKCE alone. */
  readonly clientSecret?: string;
  readonly scopes: readonly string[];
  readonly nameClaim: string;
  readonly groupsClaim: string;
  /** Claims that somebody must have, with exactly these values. */
  readonly requiredClaims: Readonly<Record<string, string>>;
  /** Where the provider sends browsers that sign in to the HTTP face; absent: the address that they asked by. */
  readonly callback?: string;
  /** PEM of the only authorities that are trusted; absent: those of this machine. */
  readonly ca?: string;
}

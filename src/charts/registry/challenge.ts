/** What a registry asks for before it answers: the `WWW-Authenticate` of RFC 9110 and of the token protocol of distribution. */
export type Challenge =
  | { readonly type: 'basic' }
  | { readonly type: 'bearer'; readonly realm: string; readonly service?: string; readonly scope?: string };

/** undefined: it is asked for in no way that is known here. */
export function parseChallenge(header: string | undefined): Challenge | undefined {
  if (header === undefined) return undefined;
  const [, bearer] = /(?:^|,\s*)bearer\s+(.*)$/is.exec(header) ?? [];
  if (bearer !== undefined) {
    const { realm, service, scope } = parametersOf(bearer);
    if (realm !== undefined && URL.canParse(realm))
      return { type: 'bearer', realm, ...(service ? { service } : {}), ...(scope ? { scope } : {}) };
  }
  return /(?:^|,\s*)basic(?:\s|$)/i.test(header) ? { type: 'basic' } : undefined;
}

/** `realm="https://…",service=registry`: quoted or not, in any order. */
function parametersOf(text: string): Readonly<Record<string, string | undefined>> {
  const pairs = text.matchAll(/([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))/g);
  return Object.fromEntries(
    Array.from(pairs, ([, name = '', quoted, bare]) => [
      name.toLowerCase(),
      quoted === undefined ? bare : quoted.replaceAll(/\\(.)/g, '$1'),
    ]),
  );
}

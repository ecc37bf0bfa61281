/** Where packages come from and how one gets there; never who one is. */
const PUBLIC =
  /^(@[\w.-]+:)?registry$|^(https?-)?proxy$|^noproxy$|^(ca|cafile|strict-ssl|maxsockets|nodedir|omit-lockfile-registry-resolved|replace-registry-host|prefer-offline|audit|fund|update-notifier)$|^fetch-/;

/**
 * Of a user's `.npmrc` (npm's documentation, `configuring-npm/npmrc`) what a build may know: no tokens, no passwords, and no URL
 * that holds one.
 */
export function publicNpmrc(text: string): string {
  return text
    .split('\n')
    .filter((line) => {
      const [key = '', ...value] = line.split('=');
      return PUBLIC.test(key.trim()) && !hasPassword(value.join('='));
    })
    .map((line) => `${line}\n`)
    .join('');
}

const hasPassword = (value: string): boolean => /\/\/[^/\s]*@/.test(value);

/**
 * No configuration of user or system (signing, hooks, credential helpers, url rewrites), a name for the commits,
 * no proxies between this machine and itself, no questions.
 */
export function hermetic(environment: Readonly<Record<string, string>>): Record<string, string> {
  const kept = Object.entries(environment).filter(([name]) => !/^GIT_|_proxy$/i.test(name));
  return {
    ...Object.fromEntries(kept),
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_AUTHOR_NAME: 'Pilotage demo',
    GIT_AUTHOR_EMAIL: 'demo@pilotage.invalid',
    GIT_COMMITTER_NAME: 'Pilotage demo',
    GIT_COMMITTER_EMAIL: 'demo@pilotage.invalid',
    NO_PROXY: '*',
    no_proxy: '*',
    LC_ALL: 'C.UTF-8',
  };
}

import type { RegistryCredential } from '../../runtime.ts';

/** moby `docs/api/v1.41.yaml`, Authentication: the padding has to be there. undefined: an empty one, which the engine wants from nobody, too. */
export const registryAuth = (credential: RegistryCredential | undefined): string => {
  if (!credential) return urlSafe({});
  const { registry, username, password } = credential;
  return urlSafe({ username, password, serveraddress: registry });
};

/** The same for builds, by registry; the first of each. */
export const registryConfig = (credentials: readonly RegistryCredential[]): string =>
  urlSafe(
    Object.fromEntries(
      [...credentials]
        .reverse()
        .map(({ registry, username, password }) => [registry, { username, password }]),
    ),
  );

const urlSafe = (value: unknown): string =>
  Buffer.from(JSON.stringify(value)).toString('base64').replaceAll('+', '-').replaceAll('/', '_');

import type { RegistryCredential } from '../../runtime.ts';
import { registryConfig } from './auth.ts';
import type { EngineRequest } from './http.ts';

export interface BuildRequest {
  /** A tar archive: the files that the image is made of. */
  readonly context: AsyncIterable<Buffer>;
  /** Path in it. */
  readonly dockerfile: string;
  /** The name that the image gets. */
  readonly tag: string;
  readonly target?: string;
  readonly args: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** Of all programs of a step together. */
  readonly memoryBytes: number;
  /** Files of the context by the ids of secrets, which steps mount; Podman alone takes them, and out of the context. */
  readonly secretFiles: Readonly<Record<string, string>>;
  /** For the images that it begins with. */
  readonly credentials: readonly RegistryCredential[];
}

/** `POST /build`, which both engines have. */
export function buildRequest(request: BuildRequest): EngineRequest {
  const { context, dockerfile, tag, target, args, labels, memoryBytes, secretFiles, credentials } = request;
  return {
    method: 'POST',
    path: '/build',
    query: {
      ...{ dockerfile, t: tag, target },
      buildargs: JSON.stringify(args),
      labels: JSON.stringify(labels),
      // Without swap.
      ...{ memory: memoryBytes, memswap: memoryBytes },
      ...{ rm: true, forcerm: true },
      secrets: secretsQuery(secretFiles),
    },
    ...(credentials.length > 0 ? { headers: { 'x-registry-config': registryConfig(credentials) } } : {}),
    archive: context,
  };
}

/** Podman's (`pkg/api/handlers/compat/images_build.go`): it takes the files out of the context before anything is built. */
const secretsQuery = (files: Readonly<Record<string, string>>): string | undefined => {
  const words = Object.entries(files).map(([id, file]) => `id=${id},src=${file}`);
  return words.length > 0 ? JSON.stringify(words) : undefined;
};

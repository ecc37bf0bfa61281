import type { Read } from './guess.ts';

export interface DockerfileGuess {
  /** Its name. */
  readonly dockerfile: string;
  /** The first that it exposes. */
  readonly port?: number;
  /** It sets no user, or root: so its program is root. */
  readonly isRoot: boolean;
}

export const DOCKERFILES = ['Dockerfile', 'Containerfile'];

/**
 * The Dockerfile of a folder that its image is to be built by. One that can be started as a process anyway is, where no engine is: `hasEngine`
 * says whether there is one, and `isProcess` that a person or the folder says how it is started without.
 */
export function guessDockerfile(
  read: Read,
  { hasEngine, isProcess }: { readonly hasEngine: boolean; readonly isProcess: boolean },
): DockerfileGuess | undefined {
  const dockerfile = DOCKERFILES.find((name) => read(name) !== undefined);
  if (dockerfile === undefined || (isProcess && !hasEngine)) return undefined;
  const text = read(dockerfile) ?? '';
  const port = /^\s*EXPOSE\s+(\d+)/im.exec(text)?.[1];
  const user = [...text.matchAll(/^\s*USER\s+(\S+)/gim)].at(-1)?.[1] ?? 'root';
  return { dockerfile, isRoot: /^(?:root|0)(?::|$)/.test(user), ...(port ? { port: Number(port) } : {}) };
}

/** Where an image is, by its name (distribution/reference `normalize.go`). */
export interface Repository {
  /** `registry.example:5000`; `docker.io` for names without one. */
  readonly registry: string;
  /** `registry.example:5000/team/app`, without tag and digest. */
  readonly name: string;
}

const DEFAULT_REGISTRY = 'docker.io';

export function repositoryOf(image: string): Repository {
  const untagged = image.replace(/@.*$/s, '').replace(/:[^/:]*$/, '');
  const slash = untagged.indexOf('/');
  const first = untagged.slice(0, Math.max(0, slash));
  if (!isRegistry(first)) return { registry: DEFAULT_REGISTRY, name: onDockerHub(untagged) };
  const rest = untagged.slice(slash + 1);
  return first === 'index.docker.io'
    ? { registry: DEFAULT_REGISTRY, name: onDockerHub(rest) }
    : { registry: first, name: first === DEFAULT_REGISTRY ? onDockerHub(rest) : untagged };
}

/** A dot, a port or capitals tell a host from a person's name. */
const isRegistry = (first: string): boolean =>
  first === 'localhost' || /[.:]/.test(first) || first.toLowerCase() !== first;

const onDockerHub = (path: string): string =>
  `${DEFAULT_REGISTRY}/${path.includes('/') ? path : `library/${path}`}`;

import type { Resource } from './resource/resource.ts';

/** What `buildMetadata` may ask for. */
export const ORIGINS = 'originAnnotations';
export const TRANSFORMATIONS = 'transformerAnnotations';
export const MANAGED_BY = 'managedByLabel';

const ORIGIN = 'config.kubernetes.io/origin';
const TRANSFORMED = 'alpha.config.kubernetes.io/transformations';

/** The generator or transformer that made something, and the file that asks for it. */
export interface Author {
  readonly configuredIn: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly name?: string;
  readonly namespace?: string;
}

/** A path from the folder that is built; '' is that folder. */
export const below = (folder: string, path: string): string => {
  const parts = folder === '' ? [] : folder.split('/');
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else parts.push(part);
  }
  return parts.join('/');
};

export const noteFile = (resource: Resource, path: string): void => note(resource, ORIGIN, `path: ${path}\n`);

/** Nothing where the origin is known already. */
export function noteGenerator(resource: Resource, author: Author): void {
  if (!resource.annotations.has(ORIGIN)) note(resource, ORIGIN, lines(author, '', ''));
}

/** The first to touch what has no origin has made it; all others are listed. */
export function noteTransformer(resources: readonly Resource[], author: Author): void {
  for (const resource of resources) {
    const known = resource.annotations.get(TRANSFORMED) ?? '';
    if (resource.annotations.has(ORIGIN)) note(resource, TRANSFORMED, known + lines(author, '- ', '  '));
    else note(resource, ORIGIN, lines(author, '', ''));
  }
}

export const originOf = (resource: Resource): string | undefined => resource.annotations.get(ORIGIN);

function note(resource: Resource, key: string, value: string): void {
  resource.setAnnotations(new Map([...resource.annotations, [key, value]]));
}

function lines(author: Author, first: string, rest: string): string {
  const { configuredIn, apiVersion, kind, name, namespace } = author;
  const named = Object.entries({ apiVersion, kind, name, namespace })
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([key, value]) => `${rest}  ${key}: ${value}\n`);
  return `${first}configuredIn: ${configuredIn}\n${rest}configuredBy:\n${named.join('')}`;
}

/** The annotations that stay in the output. */
export const droppedKeys = (options: ReadonlySet<string>): string[] => [
  ...(options.has(ORIGINS) ? [] : [ORIGIN]),
  ...(options.has(TRANSFORMATIONS) ? [] : [TRANSFORMED]),
];

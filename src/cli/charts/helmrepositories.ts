import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ProblemError } from '../../base/errors.ts';
import { readYaml } from '../../charts/helm/metadata.ts';
import { isTable } from '../../charts/helm/values.ts';
import { goDialect } from '../../render/helm/dialect.ts';

/** A repository that `helm repo add` has given a name. */
export interface NamedRepository {
  readonly name: string;
  readonly url: string;
  readonly username: string;
  readonly password: string;
  readonly passCredentials: boolean;
}

type Environment = Readonly<Record<string, string>>;

const fileOf = ({
  HELM_REPOSITORY_CONFIG,
  HELM_CONFIG_HOME,
  XDG_CONFIG_HOME,
  HOME = '',
}: Environment): string =>
  HELM_REPOSITORY_CONFIG ||
  join(HELM_CONFIG_HOME || join(XDG_CONFIG_HOME || join(HOME, '.config'), 'helm'), 'repositories.yaml');

/** Pilotage names repositories by their addresses and keeps no list of its own; Helm's is read, for `@name` and `alias:name`. */
export function helmRepositories(env: Environment): readonly NamedRepository[] {
  const file = fileOf(env);
  if (!existsSync(file)) return [];
  const value = readYaml(readFileSync(file, 'utf8'), file, goDialect);
  const listed = isTable(value) ? value.get('repositories') : undefined;
  return (Array.isArray(listed) ? listed : []).flatMap((one) => {
    if (!isTable(one)) return [];
    const text = (key: string): string => String(one.get(key) ?? '');
    const [name, url] = [text('name'), text('url')];
    const passCredentials = one.get('pass_credentials_all') === true;
    return [{ name, url, username: text('username'), password: text('password'), passCredentials }];
  });
}

/** `@name` and `alias:name` as the address that Helm knows; every other text is one. @throws ProblemError RepositoryUnknown */
export function repositoryUrl(text: string, known: readonly NamedRepository[]): string {
  const [, name] = /^(?:@|alias:)(.+)$/.exec(text) ?? [];
  if (name === undefined) return text;
  const found = known.find((one) => one.name === name);
  if (found) return found.url;
  throw new ProblemError({
    reason: 'RepositoryUnknown',
    message: `Nobody knows the repository ${text}`,
    remedy: `Write its address in its place, or: helm repo add ${name} https://….`,
  });
}

/** The address without the slash at its end: one is as good as the other. */
export const sameRepository = (a: string, b: string): boolean =>
  a.replace(/\/+$/, '') === b.replace(/\/+$/, '');

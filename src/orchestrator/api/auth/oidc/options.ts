import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ProblemError, problemOf } from '../../../../base/errors.ts';
import { isObject } from '../../../../kube/values/equal.ts';
import { parseYaml } from '../../../../kube/values/yaml.ts';

/** Whose ID tokens sign users in, and what they mean here; members as the options `--oidc-*` of kube-apiserver. */
export interface OidcOptions {
  /** `https://login.example.com`, as tokens name it. */
  readonly issuer: string;
  /** The audience that a token must name. */
  readonly clientId: string;
  readonly usernameClaim: string;
  /** Before every name; `-` in the file is none. Without one the issuer and `#` stand before names that are no e-mail addresses. */
  readonly usernamePrefix: string;
  readonly groupsClaim?: string;
  readonly groupsPrefix: string;
  /** Claims that a token must have, with exactly these values. */
  readonly requiredClaims: Readonly<Record<string, string>>;
  /** PEM; absent: the authorities of this machine. */
  readonly ca?: string;
}

const MEMBERS = [
  'issuer',
  'clientId',
  'usernameClaim',
  'usernamePrefix',
  'groupsClaim',
  'groupsPrefix',
  'requiredClaims',
  'caFile',
];

/** @throws ProblemError that names the file and the member. */
export function readOidcOptions(file: string): OidcOptions {
  const problem = (why: string) =>
    new ProblemError({
      reason: 'OidcOptionsInvalid',
      message: `${file}: ${why}`,
      remedy: `The file has the members ${MEMBERS.join(', ')}; the first two are required.`,
    });
  const read = (path: string): string => {
    try {
      return readFileSync(path, 'utf8');
    } catch (error) {
      throw problem(problemOf(error).message);
    }
  };
  const parsed = parseYaml(read(file), file);
  if (!parsed.ok) throw problem(parsed.problems[0].message);
  const { value } = parsed;
  if (!isObject(value)) throw problem('it is not a mapping');
  const strange = Object.keys(value).find((name) => !MEMBERS.includes(name));
  if (strange !== undefined) throw problem(`${strange} is not known`);
  const text = (name: string): string | undefined => {
    const found = value[name];
    if (found !== undefined && typeof found !== 'string') throw problem(`${name} must be a string`);
    return found;
  };
  const { issuer, clientId } = { issuer: text('issuer') ?? '', clientId: text('clientId') ?? '' };
  if (!issuer.startsWith('https://')) throw problem('issuer must be a URL of https');
  if (clientId === '') throw problem('clientId is missing');
  const required = value.requiredClaims ?? {};
  if (!isObject(required)) throw problem('requiredClaims must be a mapping');
  const [caFile, groupsClaim] = [text('caFile'), text('groupsClaim')];
  const usernameClaim = text('usernameClaim') ?? 'sub';
  return {
    issuer,
    clientId,
    usernameClaim,
    usernamePrefix: prefixOf(text('usernamePrefix'), usernameClaim === 'email' ? '' : `${issuer}#`),
    groupsPrefix: prefixOf(text('groupsPrefix'), ''),
    requiredClaims: Object.fromEntries(Object.entries(required).map(([name, one]) => [name, String(one)])),
    ...(groupsClaim === undefined ? {} : { groupsClaim }),
    ...(caFile === undefined ? {} : { ca: read(resolve(file, '..', caFile)) }),
  };
}

const prefixOf = (given: string | undefined, otherwise: string): string =>
  given === '-' ? '' : (given ?? otherwise);

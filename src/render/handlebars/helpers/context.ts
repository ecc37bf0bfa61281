import { compileRegex, type Regex } from '../../../kube/values/pattern.ts';
import type { Reference } from '../../engine.ts';
import { HelperError, integer, map, text } from '../helper.ts';
import { isMap } from '../truth.ts';
import type { Call } from '../types.ts';

export type ContextHelper = (args: readonly unknown[], call: Call) => unknown;

/** Helpers that need the chart, its files or the engine itself. */
export const CONTEXTUAL: Readonly<Record<string, ContextHelper>> = {
  /** `{{include "name" context}}`; the context is the chart's own data when left out. */
  include: ([name, context], call) => call.parts.include(text(name), context ?? call.root, call.root),
  tpl: ([value, context], call) => call.parts.tpl(text(value), context ?? call.root, call),
  image: ([name], call) => {
    const found = call.parts.image(text(name), call.root);
    if (found !== undefined) return found;
    throw new HelperError(
      `nothing is known about the image ${JSON.stringify(text(name))}`,
      `Declare it in pilotage.yaml (spec.images.${text(name)}: {path: app}), or name a registry image in the values (images.${text(name)}).`,
    );
  },
  /**
   * Two arguments: Handlebars' own lookup of a key. Otherwise Helm's lookup in the cluster, which is empty as with `helm template`:
   * a render must not depend on what is live.
   */
  lookup: (args) => {
    if (args.length !== 2) return {};
    const [source, key] = args;
    if (Array.isArray(source)) return source[Number(key)];
    return isMap(source) && Object.hasOwn(source, text(key)) ? source[text(key)] : undefined;
  },
  /** `{{config "web"}}` is the name of a ConfigMap; `{{config "web" "LOG"}}` is what `configMapKeyRef` takes. */
  config: (args, call) => refer('ConfigMap', args, call),
  /** `{{secret "db" "password"}}` is what `secretKeyRef` takes. A key that nobody gives is made once. */
  secret: (args, call) => refer('Secret', args, call),
  filesGet: ([path], { root, parts }) => {
    const files = parts.files(root);
    const name = text(path);
    if (Object.hasOwn(files, name)) return files[name];
    throw new HelperError(`the chart has no file ${name}`, 'Paths are relative to the folder of Chart.yaml.');
  },
  filesGlob: ([pattern], { root, parts }) => pickFiles(parts.files(root), text(pattern)),
  capabilitiesHas: ([wanted], { root }) => {
    const { APIVersions } = map(root.Capabilities) as { APIVersions?: readonly string[] };
    return (APIVersions ?? []).includes(text(wanted));
  },
};

const LENGTH = 32;
const LONGEST = 1024;

function refer(kind: Reference['kind'], args: readonly unknown[], { parts, root, place }: Call): unknown {
  const options = args.find(isMap) ?? {};
  const [name = '', key] = args.filter((arg) => !isMap(arg)).map(text);
  const length = options.length === undefined ? LENGTH : integer(options.length);
  if (!/^[a-z0-9]([-a-z0-9]{0,40}[a-z0-9])?$/.test(name))
    throw new HelperError(
      `${JSON.stringify(name)} cannot be part of a name`,
      'Lower-case letters, digits and dashes can.',
    );
  if (key !== undefined && !/^[-._a-zA-Z0-9]{1,253}$/.test(key))
    throw new HelperError(
      `${JSON.stringify(key)} cannot be a key`,
      'Letters, digits, dots, dashes and underscores can.',
    );
  if (length < 1 || length > LONGEST) throw new HelperError(`length must be 1 to ${LONGEST}, not ${length}`);
  const found = parts.refer({ kind, name, ...(key === undefined ? {} : { key }), length }, root, place);
  if (found !== undefined) return key === undefined ? found : { name: found, key };
  const folder = kind === 'Secret' ? 'secrets' : 'config';
  throw new HelperError(
    `nothing says what is in ${JSON.stringify(name)}${key === undefined ? '' : ` under ${key}`}`,
    `Set ${folder}.${name}${key === undefined ? '' : `.${key}`} in values.yaml, or put files into ${folder}/${name}/ of the chart.`,
  );
}

function pickFiles(files: Readonly<Record<string, string>>, pattern: string): Record<string, string> {
  const matcher = globToRegex(pattern);
  return Object.fromEntries(Object.entries(files).filter(([path]) => matcher.test(path)));
}

/** `*` and `?` stay within one folder, `**` crosses folders; everything else is literal. */
function globToRegex(pattern: string): Regex {
  const source = pattern.replaceAll(/\*\*\/?|\*|\?|[.+^${}()|[\]\\]/g, (token) => {
    if (token.startsWith('**')) return token.endsWith('/') ? '(?:.*/)?' : '.*';
    if (token === '*') return '[^/]*';
    return token === '?' ? '[^/]' : `\\${token}`;
  });
  const compiled = compileRegex(`^${source}$`);
  if (compiled.ok) return compiled.value;
  throw new HelperError(
    `${JSON.stringify(pattern)} is not a pattern of paths: ${compiled.problems[0].message}`,
  );
}

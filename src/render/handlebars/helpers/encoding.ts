import { createHash } from 'node:crypto';
import { dumpYaml, parseYaml } from '../../../kube/values/yaml.ts';
import { type Helper, HelperError, text } from '../helper.ts';
import { isMap, sortedKeys } from '../truth.ts';

/** Maps with sorted keys, as Go marshals them: the order of keys in a values file never changes an output. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isMap(value)) return value ?? null;
  return Object.fromEntries(sortedKeys(value).map((key) => [key, sorted(value[key])]));
}

const toYaml: Helper = (value) => dumpYaml(sorted(value)).trimEnd();

function fromYaml(value: unknown): unknown {
  const parsed = parseYaml(text(value), 'the text');
  if (!parsed.ok) throw new HelperError(`fromYaml: ${parsed.problems[0].message}`);
  return parsed.value;
}

function fromJson(value: unknown): unknown {
  try {
    return JSON.parse(text(value));
  } catch (error) {
    throw new HelperError(`fromJson: ${error instanceof Error ? error.message : String(error)}`);
  }
}

export const ENCODING: Readonly<Record<string, Helper>> = {
  toYaml,
  toYamlPretty: toYaml,
  fromYaml,
  fromYamlArray: fromYaml,
  toJson: (value) => JSON.stringify(sorted(value)),
  toPrettyJson: (value) => JSON.stringify(sorted(value), null, 2),
  fromJson,
  b64enc: (value) => Buffer.from(text(value)).toString('base64'),
  b64dec: (value) => Buffer.from(text(value), 'base64').toString('utf8'),
  sha256sum: (value) => createHash('sha256').update(text(value)).digest('hex'),
  sha1sum: (value) => createHash('sha1').update(text(value)).digest('hex'),
};

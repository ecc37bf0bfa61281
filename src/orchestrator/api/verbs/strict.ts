import { type UnknownField, unknownFields } from '../../../kube/schema/unknown.ts';
import type { GroupVersionKind, KubeObject } from '../../../kube/values/types.ts';
import { badRequest, invalidPatch } from '../errors.ts';
import type { Kind } from '../kinds/kind.ts';
import type { BodyReading, WriteParameters } from '../types.ts';

/** What strictness objects to (KEP-2885): fields that nobody knows, and keys that were given more than once. */
interface Objections {
  /** The parts of the error of Strict. */
  readonly errors: readonly string[];
  /** The texts of the warnings of Warn. */
  readonly warnings: readonly string[];
}

/** As many as Kubernetes names (sigs.k8s.io/json `saveStrictError`). */
const MOST_UNKNOWN = 100;

/** Refuses by Strict, warns by Warn. @throws StatusError BadRequest, for a patch Invalid */
export function assertStrict(
  kind: Kind,
  object: KubeObject,
  parameters: WriteParameters,
  hasUnknown: boolean,
): void {
  const { fieldValidation = 'Warn', onWarning, reading } = parameters;
  if (fieldValidation === 'Ignore') return;
  const schema = hasUnknown ? kind.schema() : undefined;
  const { errors, warnings } = objections(schema ? unknownFields(schema, object, MOST_UNKNOWN) : [], reading);
  if (errors.length === 0) return;
  if (fieldValidation === 'Strict') throw refusal(kind, object, reading, errors);
  for (const text of warnings) onWarning?.(text);
}

/**
 * What an apply objects to: keys that were given more than once. Fields that nobody knows are refused by its merge, whatever is asked
 * (apiserver `endpoints/handlers/patch.go`, applyPatcher). @throws StatusError BadRequest
 */
export function assertKeysOnce({ fieldValidation = 'Warn', onWarning, reading }: WriteParameters): void {
  const [repeated] = objections([], reading).errors;
  if (fieldValidation === 'Ignore' || repeated === undefined) return;
  const text = reading?.type === 'yaml' ? `error converting YAML to JSON: ${repeated}` : repeated;
  if (fieldValidation === 'Strict') throw badRequest(`error strict decoding YAML: ${text}`);
  onWarning?.(text);
}

function refusal(
  kind: GroupVersionKind,
  object: KubeObject,
  reading: BodyReading | undefined,
  errors: readonly string[],
) {
  const why = `strict decoding error: ${errors.join(', ')}`;
  if (reading?.type === 'patch') return invalidPatch(object, why);
  return badRequest(`${kind.kind} in version "${kind.version}" cannot be handled as a ${kind.kind}: ${why}`);
}

/** In the order of Kubernetes: JSON by the place in its text, all else what is repeated first and unknown fields by name. */
function objections(unknown: readonly UnknownField[], reading: BodyReading | undefined): Objections {
  const fields = unknown.map(({ path }) => ({ path, text: `unknown field "${path}"` }));
  const sorted = () => fields.map(({ text }) => text).sort();
  if (reading?.type === 'yaml') {
    const lines = reading.lines.map(
      ({ key, line }) => `line ${line}: key ${JSON.stringify(key)} already set in map`,
    );
    const repeated = lines.length > 0 ? [`yaml: unmarshal errors:\n  ${lines.join('\n  ')}`] : [];
    return { errors: [...repeated, ...sorted()], warnings: [...lines, ...sorted()] };
  }
  const repeated = (reading?.keys?.paths ?? []).map((path) => ({ path, text: `duplicate field "${path}"` }));
  if (reading?.type === 'patch') return same([...repeated.map(({ text }) => text), ...sorted()]);
  const { keys } = reading ?? {};
  if (!keys) return same(fields.map(({ text }) => text));
  const placed = [
    ...fields.map(({ path, text }) => ({ at: keys.position(path), text })),
    ...repeated.map(({ path, text }) => ({ at: keys.repetition(path), text })),
  ];
  return same(placed.sort((a, b) => a.at - b.at).map(({ text }) => text));
}

const same = (texts: readonly string[]): Objections => ({ errors: texts, warnings: texts });

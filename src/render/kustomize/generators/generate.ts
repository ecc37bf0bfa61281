import { refuse } from '../errors.ts';
import type { Files } from '../files.ts';
import type { GeneratorArgs, GeneratorOptions } from '../kustomization/fields.ts';
import { type Behavior, Resource } from '../resource/resource.ts';
import { fieldOrNew, map, type Node, scalar, string } from '../yaml/node.ts';
import { encodeBase64, isText } from './data.ts';
import { type Pairs, readPairs } from './pairs.ts';

/** What makes the data of a kind of its pairs. */
type Fill = (node: Node, pairs: Pairs, args: GeneratorArgs) => void;

/** A ConfigMap keeps what is no text apart. */
const fillConfigMap: Fill = (node, pairs) => {
  for (const [key, value] of pairs) {
    const isPlain = isText(value);
    const text = isPlain ? Buffer.from(value).toString('utf8') : encodeBase64(value);
    fieldOrNew(node, isPlain ? 'data' : 'binaryData', 'map').fields.set(key, string(text));
  }
};

const fillSecret: Fill = (node, pairs, { type }) => {
  node.fields.set('type', string(type === undefined || type === '' ? 'Opaque' : type));
  const data = fieldOrNew(node, 'data', 'map');
  for (const [key, value] of pairs) data.fields.set(key, string(encodeBase64(value)));
};

/** Kind → how its generator fills it (api `internal/generators`). */
const FILLS: Readonly<Record<'ConfigMap' | 'Secret', Fill>> = {
  ConfigMap: fillConfigMap,
  Secret: fillSecret,
};

/** One entry of `configMapGenerator` or `secretGenerator`. @throws ProblemError */
export function generate(
  kind: 'ConfigMap' | 'Secret',
  args: GeneratorArgs,
  global: GeneratorOptions | undefined,
  files: Files,
): Resource {
  const { name, namespace, place } = args;
  if (name === undefined || name === '') throw refuse(`A generated ${kind} must have a name`, place);
  const metadata = map([['name', string(name)]]);
  if (namespace !== undefined && namespace !== '') metadata.fields.set('namespace', string(namespace));
  const node = map([
    ['apiVersion', string('v1')],
    ['kind', string(kind)],
    ['metadata', metadata],
  ]);
  FILLS[kind](node, readPairs(args, files), args);
  const options = mergeOptions(args.options, global);
  describeWith(node, metadata, options);
  const resource = new Resource(node, place);
  resource.memory.needsHash = !options.disableNameSuffixHash;
  resource.memory.behavior = behaviorOf(args.behavior);
  return resource;
}

/** Any other word means that it is new, as in kustomize. */
const behaviorOf = (behavior: string | undefined): Behavior =>
  behavior === 'create' || behavior === 'merge' || behavior === 'replace' ? behavior : 'unspecified';

interface Options {
  readonly labels: ReadonlyMap<string, string>;
  readonly annotations: ReadonlyMap<string, string>;
  readonly disableNameSuffixHash: boolean;
  readonly immutable: boolean;
}

/** Those of the generator are stronger, but a flag that is set for all stays set. */
function mergeOptions(own: GeneratorOptions | undefined, global: GeneratorOptions | undefined): Options {
  const none: ReadonlyMap<string, string> = new Map();
  return {
    labels: new Map([...(global?.labels ?? none), ...(own?.labels ?? none)]),
    annotations: new Map([...(global?.annotations ?? none), ...(own?.annotations ?? none)]),
    disableNameSuffixHash: (own?.disableNameSuffixHash ?? false) || (global?.disableNameSuffixHash ?? false),
    immutable: (own?.immutable ?? false) || (global?.immutable ?? false),
  };
}

function describeWith(node: Node, metadata: Node, { labels, annotations, immutable }: Options): void {
  for (const [key, value] of labels) fieldOrNew(metadata, 'labels', 'map').fields.set(key, string(value));
  for (const [key, value] of annotations)
    fieldOrNew(metadata, 'annotations', 'map').fields.set(key, string(value));
  if (immutable) node.fields.set('immutable', scalar('true', '!!bool'));
}

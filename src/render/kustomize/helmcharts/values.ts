import type { GivenFile } from '../../../charts/helm/given.ts';
import { refuse } from '../errors.ts';
import type { Files } from '../files.ts';
import { type Cursor, placeOf } from '../kustomization/decode.ts';
import type { HelmChartArgs } from '../kustomization/fields.ts';
import { merge } from '../merge/merge.ts';
import { fromJson, toJson, YAML_1_1 } from '../yaml/json.ts';
import { isMissing, map, Node, scalar } from '../yaml/node.ts';
import { readNodes } from '../yaml/read.ts';

/**
 * The values files of a chart, as kustomize gives them to Helm: that of the kustomization in the place of the chart's own, with the
 * inline values merged into it, and the additional ones. `chart`: its path in the repository. @throws ProblemError
 */
export function valuesOf(args: HelmChartArgs, chart: string, files: Files): readonly GivenFile[] {
  const { valuesInline, place } = args;
  const named = valuesFile(args, chart, files);
  const additional = (args.additionalValuesFiles ?? []).map((path) => files.load(path, place));
  if (valuesInline && valuesInline.node.kind !== 'map')
    throw refuse('valuesInline must be a map', placeOf(valuesInline));
  const isInline = valuesInline !== undefined && valuesInline.node.fields.size > 0;
  const first = isInline ? [mergedWith(valuesInline, named, args)] : named ? [named] : [];
  return [...first, ...additional];
}

/** undefined: the chart has none, or is packed, and Helm reads what is in it by itself. */
function valuesFile(args: HelmChartArgs, chart: string, files: Files): GivenFile | undefined {
  const { valuesFile: named = '', place } = args;
  if (named !== '') return files.load(named, place);
  const file = chart === '' ? 'values.yaml' : `${chart}/values.yaml`;
  return files.exists(file) ? { file, text: files.textAt(file) } : undefined;
}

const MERGES = ['merge', 'override', 'replace'];

function mergedWith(inline: Cursor, named: GivenFile | undefined, args: HelmChartArgs): GivenFile {
  const { valuesMerge = '', place } = args;
  if (valuesMerge !== '' && !MERGES.includes(valuesMerge))
    throw refuse(`valuesMerge must be one of ${MERGES.join(', ')}, not ${valuesMerge}`, place);
  const own = fromJson(toJson(asOfOld(inline.node), place));
  if (valuesMerge === 'replace') return withPlace(own, inline);
  const [file] = named ? readNodes(named.text, named.file) : [];
  const given = isMissing(file) ? map() : file;
  const merged =
    valuesMerge === 'merge' ? merge(own, given, undefined, place) : merge(given, own, undefined, place);
  return withPlace(merged?.node ?? map(), inline);
}

/** JSON is YAML too. The empty lines before it are for errors: what is wrong with a value is shown at those of the kustomization. */
function withPlace(values: Node, inline: Cursor): GivenFile {
  const { file, line = 1 } = placeOf(inline);
  return { file, text: '\n'.repeat(line - 1) + JSON.stringify(toJson(values, { file, line })) };
}

/** A kustomization is YAML 1.1 to kustomize: `on` is true. */
function asOfOld(node: Node): Node {
  if (node.kind === 'scalar') {
    const value = node.quoted || node.tag !== '!!str' ? undefined : YAML_1_1.get(node.text);
    return value === undefined ? node : scalar(String(value), '!!bool');
  }
  const copy = new Node(node.kind);
  copy.line = node.line;
  for (const [key, value] of node.fields) copy.fields.set(key, asOfOld(value));
  if (node.kind === 'list') copy.items = node.items.map(asOfOld);
  return copy;
}

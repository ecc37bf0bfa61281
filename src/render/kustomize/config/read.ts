import type { Files } from '../files.ts';
import { listOf, object, text } from '../kustomization/decode.ts';
import { fieldSpec } from '../kustomization/fields.ts';
import type { Entry } from '../kustomization/read.ts';
import { readNodes } from '../yaml/read.ts';
import { configOf, EMPTY_CONFIG, mergeConfigs } from './config.ts';
import type { Config, RawConfig } from './types.ts';

const fields = listOf(fieldSpec);

const configuration = object({
  namePrefix: fields,
  nameSuffix: fields,
  namespace: fields,
  commonLabels: fields,
  labels: fields,
  templateLabels: fields,
  volumeClaimTemplateLabels: fields,
  commonAnnotations: fields,
  nameReference: listOf(object({ group: text, version: text, kind: text, fieldSpecs: fields })),
  varReference: fields,
  images: fields,
  replicas: fields,
});

/** The files of `configurations`. @throws ProblemError */
export function readConfigurations(entries: readonly Entry[], files: Files): Config {
  return entries.reduce((config, { path, place }) => {
    const { text: content, file } = files.load(path, place);
    const [node] = readNodes(content, file);
    if (!node) return config;
    const read: RawConfig = configuration({ node, path: '', file });
    return mergeConfigs(config, configOf(read), place);
  }, EMPTY_CONFIG);
}

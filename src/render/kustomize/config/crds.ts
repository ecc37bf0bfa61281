import type { Files } from '../files.ts';
import type { Entry } from '../kustomization/read.ts';
import { fieldOf, type Node, textOf } from '../yaml/node.ts';
import { readNodes } from '../yaml/read.ts';
import { configOf, EMPTY_CONFIG, mergeConfigs } from './config.ts';
import type { Config, RawConfig, RawFieldSpec } from './types.ts';

/** A path of references can come back to where it was. */
const DEEPEST = 20;

/**
 * What the OpenAPI definitions of `crds` say of the fields of custom resources by extensions such as
 * `x-kubernetes-object-ref-kind` (api `loadconfigfromcrds.go`). CustomResourceDefinitions themselves say nothing of it.
 */
export function configOfCrds(entries: readonly Entry[], files: Files): Config {
  return entries.reduce((config, { path, place }) => {
    const { text, file } = files.load(path, place);
    const [node] = readNodes(text, file);
    if (!node) return config;
    return [...node.fields.keys()].reduce((merged, name) => {
      const found = configOf(new Walk(node, name).config());
      return mergeConfigs(merged, found, place);
    }, config);
  }, EMPTY_CONFIG);
}

type Mutable = { -readonly [K in keyof RawConfig]: RawConfig[K] };

class Walk {
  readonly #definitions: Node;
  readonly #name: string;
  readonly #kind: string;
  readonly #found: Mutable = {};

  constructor(definitions: Node, name: string) {
    this.#definitions = definitions;
    this.#name = name;
    this.#kind = name.split('.').at(-1) ?? name;
  }

  config(): RawConfig {
    const properties = this.#properties(this.#name);
    const isObject = ['kind', 'apiVersion', 'metadata'].every((name) => properties?.fields.has(name));
    if (isObject) this.#visit(this.#name, []);
    return this.#found;
  }

  #properties(name: string): Node | undefined {
    return fieldOf(fieldOf(fieldOf(this.#definitions, name), 'Schema'), 'properties');
  }

  #visit(name: string, path: readonly string[]): void {
    if (path.length > DEEPEST) return;
    for (const [property, schema] of this.#properties(name)?.fields ?? []) {
      const below = [...path, property];
      const has = (extension: string): boolean => schema.fields.has(`x-kubernetes-${extension}`);
      const said = (extension: string): string => textOf(schema.fields.get(`x-kubernetes-${extension}`));
      if (has('annotation')) this.#add('commonAnnotations', below);
      if (has('label-selector')) this.#add('commonLabels', below);
      if (has('identity')) this.#add('namePrefix', below);
      if (has('object-ref-api-version') && has('object-ref-kind')) {
        const key = has('object-ref-name-key') ? said('object-ref-name-key') : 'name';
        const reference = {
          kind: said('object-ref-kind'),
          version: said('object-ref-api-version'),
          fieldSpecs: [this.#field([...below, key])],
        };
        this.#found.nameReference = [...(this.#found.nameReference ?? []), reference];
      }
      const ref = textOf(schema.fields.get('$ref'));
      if (ref !== '') this.#visit(ref, below);
    }
  }

  #field(path: readonly string[]): RawFieldSpec {
    return { kind: this.#kind, path: path.join('/') };
  }

  #add(list: 'commonAnnotations' | 'commonLabels' | 'namePrefix', path: readonly string[]): void {
    this.#found[list] = [...(this.#found[list] ?? []), this.#field(path)];
  }
}

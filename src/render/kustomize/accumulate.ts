import type { ProblemError } from '../../base/errors.ts';
import type { Place } from '../../base/place.ts';
import { type Accumulated, nothingYet } from './accumulated.ts';
import { type Author, below, noteFile, noteGenerator, noteTransformer } from './buildmetadata.ts';
import { defaultConfig, mergeConfigs } from './config/config.ts';
import { configOfCrds } from './config/crds.ts';
import { readConfigurations } from './config/read.ts';
import { refuse } from './errors.ts';
import type { Files } from './files.ts';
import { generate } from './generators/generate.ts';
import { chartsOf, type Inflate, inflateChart } from './helmcharts/inflate.ts';
import type { History } from './history.ts';
import { type Entry, entriesOf, type Read, readKustomization } from './kustomization/read.ts';
import { externalGenerators, externalTransformers } from './plugins/plugins.ts';
import { addVariables, mergeVariables } from './references/vars.ts';
import { isRemote } from './remote.ts';
import { readResources } from './resource/read.ts';
import type { Resource } from './resource/resource.ts';
import { OPENAPI_VERSION } from './schema/merging.data.ts';
import { TRANSFORMERS } from './transformers/list.ts';

/** What a kustomization is told by the one that leads to it. */
export interface Surroundings {
  /** From the folder that is built; undefined where nobody wants to know origins. */
  readonly folder: string | undefined;
  /** Of the charts that name none, as the kustomization itself does not; '' for that of the environment. */
  readonly namespace: string;
  readonly inflate: Inflate;
  /** Of a build that is to explain its objects. */
  readonly history?: History;
}

/** One kustomization on the way (api `internal/target/kusttarget.go`). */
export class Target {
  readonly read: Read;
  readonly files: Files;
  readonly inflate: Inflate;
  readonly #folder: string | undefined;
  readonly #namespace: string;
  readonly #history: History | undefined;

  constructor(files: Files, { folder, namespace, inflate, history }: Surroundings) {
    this.#history = history;
    this.files = files;
    this.read = readKustomization(files);
    this.inflate = inflate;
    this.#folder = folder;
    this.#namespace = namespace;
    checkSupported(this.read);
  }

  /** Adds to what is there: a component works on the resources of who uses it. @throws ProblemError */
  accumulate(to: Accumulated): void {
    const { fields, resources, components, file } = this.read;
    const place = { file };
    this.addResources(to, resources);
    to.config = mergeConfigs(to.config, defaultConfig(), place);
    to.config = mergeConfigs(
      to.config,
      readConfigurations(entriesOf(fields.configurations), this.files),
      place,
    );
    to.config = mergeConfigs(to.config, configOfCrds(entriesOf(fields.crds), this.files), place);
    this.#generate(to);
    for (const entry of components) this.#addComponent(to, entry);
    this.#transform(to);
    to.variables = addVariables(to.variables, fields.vars ?? [], to.resources);
  }

  addResources(to: Accumulated, entries: readonly Entry[]): void {
    for (const entry of entries) {
      const { path, place } = entry;
      if (this.files.isFolder(path) || isRemote(path)) this.#addFolder(to, entry);
      else {
        const { text, file } = this.files.load(path, place);
        const resources = readResources(text, file);
        if (this.#folder !== undefined)
          for (const resource of resources) noteFile(resource, below(this.#folder, path));
        to.resources.appendAll(resources);
      }
    }
  }

  #enter({ path, place }: Entry): Target {
    const folder = this.#folder === undefined ? undefined : below(this.#folder, path);
    const namespace = this.read.fields.namespace || this.#namespace;
    return new Target(this.files.enter(path, place), {
      ...{ folder, namespace, inflate: this.inflate },
      ...(this.#history ? { history: this.#history } : {}),
    });
  }

  #addFolder(to: Accumulated, entry: Entry): void {
    const target = this.#enter(entry);
    if (target.read.isComponent) {
      throw refuse(
        `${entry.path} is a component`,
        entry.place,
        'Name it in components, which come after resources.',
      );
    }
    const own = nothingYet();
    target.accumulate(own);
    to.resources.appendAll(own.resources.list);
    to.config = mergeConfigs(to.config, own.config, entry.place);
    to.variables = mergeVariables(to.variables, own.variables);
  }

  #addComponent(to: Accumulated, entry: Entry): void {
    const target = this.#enter(entry);
    if (!target.read.isComponent) {
      throw refuse(
        `${entry.path} is no component`,
        entry.place,
        'Give it kind: Component and apiVersion: kustomize.config.k8s.io/v1alpha1, or name it in resources.',
      );
    }
    target.accumulate(to);
  }

  #author(kind: string): Author {
    const name = this.read.file.split('/').at(-1) ?? '';
    return { configuredIn: below(this.#folder ?? '', name), apiVersion: 'builtin', kind };
  }

  #generate(to: Accumulated): void {
    const { fields } = this.read;
    const options = fields.generatorOptions;
    const absorb = (resource: Resource, author: Author): void => {
      if (this.#folder !== undefined) noteGenerator(resource, author);
      to.resources.absorb(resource);
    };
    for (const args of fields.configMapGenerator ?? [])
      absorb(generate('ConfigMap', args, options, this.files), this.#author('ConfigMapGenerator'));
    for (const args of fields.secretGenerator ?? [])
      absorb(generate('Secret', args, options, this.files), this.#author('SecretGenerator'));
    for (const chart of chartsOf(fields, this.#namespace))
      for (const resource of inflateChart(chart, this.files, this.inflate))
        absorb(resource, this.#author('HelmChartInflationGenerator'));
    for (const { resources, author } of externalGenerators(this, fields.generators ?? []))
      for (const resource of resources()) absorb(resource, author);
  }

  #transform(to: Accumulated): void {
    const { resources } = to;
    const setting = { fields: this.read.fields, config: to.config, files: this.files };
    const own = TRANSFORMERS.flatMap((row) =>
      row.steps(setting).map((step) => ({ step, author: this.#author(row.name) })),
    );
    const external = externalTransformers(this, this.read.fields.transformers ?? []);
    for (const { step, author } of [...own, ...external]) {
      this.#history?.note(resources.list, { by: author.kind, place: { file: this.read.file } });
      step(resources);
      this.#history?.note(resources.list, { by: author.kind, place: { file: this.read.file } });
      if (this.#folder !== undefined) noteTransformer(resources.list, author);
      resources.dropGone();
    }
  }
}

/** Fields that need a program or another schema. */
function checkSupported({ fields, file }: Read): void {
  const [validator] = fields.validators ?? [];
  const place = (line: number | undefined) => (line === undefined ? { file } : { file, line });
  if (validator) {
    throw unsupported(
      'validators are programs, and no program is run while a repository is rendered',
      place(validator.node.line),
      'Remove them here and run them before the push.',
    );
  }
  checkOpenApi(fields.openapi, place(fields.place.line));
}

function checkOpenApi(openapi: ReadonlyMap<string, string> | undefined, place: Place): void {
  const version = openapi?.get('version');
  if (openapi?.has('path'))
    throw unsupported(
      'openapi.path is not supported: patches merge by the schema of Kubernetes itself',
      place,
      'Write patches of custom resources as JSON patches, or with whole lists.',
    );
  if (version !== undefined && version !== '' && version !== OPENAPI_VERSION)
    throw unsupported(
      `openapi.version ${version} is not built in, but ${OPENAPI_VERSION} is`,
      place,
      'Remove openapi.',
    );
}

const unsupported = (message: string, place: Place, remedy: string): ProblemError =>
  refuse(message, place, remedy, 'NotSupported');

import type { Place } from '../../../base/place.ts';
import { fieldOf, fieldOrNew, isEmpty, map, type Node, setField, string, textOf } from '../yaml/node.ts';
import { effectiveNamespace, type Gvk, gvkOf, idOf, type ResourceId } from './id.ts';

/** Kept until the end on what a chart has made: it has its namespace already (api `konfig/general.go`). */
export const HELM_GENERATED = 'internal.config.kubernetes.io/helm-generated';

export type Behavior = 'create' | 'replace' | 'merge' | 'unspecified';

/** What a resource was called before a transformer changed it. */
export interface PreviousId {
  readonly name: string;
  /** The effective one. */
  readonly namespace: string;
  readonly kind: string;
}

/** What a build remembers of a resource; kustomize keeps it in annotations that it removes in the end. */
interface Memory {
  previous: readonly PreviousId[];
  prefixes: readonly string[];
  suffixes: readonly string[];
  behavior: Behavior;
  /** A hash of the content is to be appended to the name. */
  needsHash: boolean;
  allowNameChange: boolean;
  allowKindChange: boolean;
  /** Names of vars that read from this resource. */
  vars: readonly string[];
}

const nothing = (): Memory => ({
  previous: [],
  prefixes: [],
  suffixes: [],
  behavior: 'unspecified',
  needsHash: false,
  allowNameChange: false,
  allowKindChange: false,
  vars: [],
});

/** One object on its way through a build (api `resource/resource.go`). */
export class Resource {
  /** A map; changed in place. */
  node: Node;
  /** Where it was written, or the kustomization that generated it. */
  readonly origin: Place;
  memory: Memory = nothing();
  /** A patch has removed it. */
  isDeleted = false;

  constructor(node: Node, origin: Place) {
    this.node = node;
    this.origin = origin;
  }

  copy(): Resource {
    const copy = new Resource(this.node.copy(), this.origin);
    copy.memory = { ...this.memory };
    return copy;
  }

  get apiVersion(): string {
    return fieldOf(this.node, 'apiVersion')?.text ?? '';
  }

  get kind(): string {
    return fieldOf(this.node, 'kind')?.text ?? '';
  }

  get gvk(): Gvk {
    return gvkOf(this.apiVersion, this.kind);
  }

  get name(): string {
    return textOf(fieldOf(fieldOf(this.node, 'metadata'), 'name'));
  }

  get namespace(): string {
    return textOf(fieldOf(fieldOf(this.node, 'metadata'), 'namespace'));
  }

  get id(): ResourceId {
    return idOf(this.gvk, this.name, this.namespace);
  }

  /** Every earlier id, the first one first. Their scope is not known, as their namespace is the effective one. */
  get previousIds(): ResourceId[] {
    const { group, version } = this.gvk;
    return this.memory.previous.map((id) => ({ group, version, ...id, isCluster: false }));
  }

  get originalId(): ResourceId {
    return this.previousIds[0] ?? this.id;
  }

  remember(): void {
    const { id } = this;
    const previous = { name: id.name, namespace: effectiveNamespace(id), kind: id.kind };
    this.memory.previous = [...this.memory.previous, previous];
  }

  setKind(kind: string): void {
    setField(this.node, 'kind', string(kind));
  }

  setApiVersion(apiVersion: string): void {
    setField(this.node, 'apiVersion', string(apiVersion));
  }

  setName(name: string): void {
    setField(fieldOrNew(this.node, 'metadata', 'map'), 'name', string(name));
  }

  setNamespace(namespace: string): void {
    const metadata = fieldOrNew(this.node, 'metadata', 'map');
    setField(metadata, 'namespace', namespace === '' ? undefined : string(namespace));
  }

  get labels(): ReadonlyMap<string, string> {
    return textsOf(this.node, 'labels');
  }

  get annotations(): ReadonlyMap<string, string> {
    return textsOf(this.node, 'annotations');
  }

  setLabels(labels: ReadonlyMap<string, string>): void {
    setTexts(this.node, 'labels', labels);
  }

  /** All values become texts; an empty map goes. */
  setAnnotations(annotations: ReadonlyMap<string, string>): void {
    setTexts(this.node, 'annotations', annotations);
  }

  /** Takes over what another one has of metadata and memory, its own labels and annotations first (`CopyMergeMetaDataFieldsFrom`). */
  takeMetadata(other: Resource): void {
    this.setLabels(new Map([...other.labels, ...this.labels]));
    this.setAnnotations(new Map([...other.annotations, ...this.annotations]));
    this.setName(other.name);
    this.setNamespace(other.namespace);
    const needsHash = this.memory.needsHash && other.memory.needsHash;
    this.memory = { ...other.memory, needsHash };
  }
}

function textsOf(node: Node, name: string): Map<string, string> {
  const found = fieldOf(fieldOf(node, 'metadata'), name);
  return new Map([...(found?.fields ?? [])].map(([key, value]) => [key, value.text]));
}

function setTexts(node: Node, name: string, texts: ReadonlyMap<string, string>): void {
  const metadata = fieldOrNew(node, 'metadata', 'map');
  metadata.fields.delete(name);
  if (texts.size === 0) return;
  metadata.fields.set(name, map([...texts].map(([key, text]) => [key, string(text)])));
}

export const isGone = (resource: Resource): boolean => resource.isDeleted || isEmpty(resource.node);

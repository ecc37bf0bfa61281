import { ProblemError } from '../../base/errors.ts';
import { type Digest, isDigest } from '../web/digest.ts';

/** Media types of the OCI image specification, and those of Helm (pkg/registry/constants.go). */
export const MEDIA = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.cncf.helm.config.v1+json',
  chart: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip',
  /** Of Helm before 3.7. */
  oldChart: 'application/tar+gzip',
  provenance: 'application/vnd.cncf.helm.chart.provenance.v1.prov',
} as const;

export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface Manifest {
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

const MOST_LAYERS = 64;

/** @throws ProblemError NotAManifest: HTML of a proxy, an index of several platforms, something else */
export function readManifest(bytes: Uint8Array, what: string): Manifest {
  const value = jsonOf(bytes);
  const config = descriptorOf(value?.config);
  const listed = value?.layers;
  const layers = Array.isArray(listed) && listed.length <= MOST_LAYERS ? listed.map(descriptorOf) : undefined;
  if (config && layers?.every((layer) => layer !== undefined)) return { config, layers };
  throw new ProblemError({
    reason: 'NotAManifest',
    message: `${what} is no manifest of a chart`,
    remedy: 'Check the reference: an image for several platforms is none, nor is the page of a proxy.',
  });
}

function jsonOf(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function descriptorOf(value: unknown): Descriptor | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { mediaType, digest, size, annotations } = value as Record<string, unknown>;
  const isDescriptor =
    typeof mediaType === 'string' &&
    typeof digest === 'string' &&
    isDigest(digest) &&
    Number.isSafeInteger(size);
  if (!isDescriptor || Number(size) < 0) return undefined;
  return {
    mediaType,
    digest,
    size: Number(size),
    ...(annotations ? { annotations: textsOf(annotations) } : {}),
  };
}

const textsOf = (value: object): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(value).filter(([, text]) => typeof text === 'string'));

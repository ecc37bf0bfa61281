import { ProblemError } from '../../base/errors.ts';
import type { Digest } from '../web/digest.ts';
import { digestOf } from '../web/digest.ts';
import type { RegistryClient } from './client.ts';
import { type Descriptor, MEDIA, readManifest } from './manifest.ts';
import { type Reference, referenceText } from './reference.ts';

/** Bytes that a packed chart may have; unpacked ones are bounded apart. */
export const MOST_PACKED = 100 * 2 ** 20;
const MOST_PROVENANCE = 2 ** 20;

export interface PulledChart {
  readonly archive: Buffer;
  /** Of the manifest: what `@sha256:…` of a reference pins. */
  readonly digest: Digest;
  readonly provenance?: Buffer;
}

/** The manifest that a reference names. @throws ProblemError */
export async function manifestOf(client: RegistryClient, reference: Reference) {
  const found = await client.manifest(reference);
  if (found) return { digest: found.digest, manifest: readManifest(found.bytes, referenceText(reference)) };
  throw new ProblemError({
    reason: 'ChartNotFound',
    message: `${reference.host} has no chart ${referenceText(reference)}`,
    remedy: 'Ask for what there is: pilotage chart search oci://HOST/REPOSITORY.',
  });
}

/** A chart as its publisher packed it. @throws ProblemError */
export async function pullChart(client: RegistryClient, reference: Reference): Promise<PulledChart> {
  const { digest, manifest } = await manifestOf(client, reference);
  const layerOf = (...types: readonly string[]): Descriptor | undefined =>
    manifest.layers.find(({ mediaType }) => types.includes(mediaType));
  const layer = layerOf(MEDIA.chart, MEDIA.oldChart);
  if (manifest.config.mediaType !== MEDIA.config || !layer)
    throw new ProblemError({
      reason: 'NotAChart',
      message: `${referenceText(reference)} is no Helm chart, but ${manifest.config.mediaType}`,
      remedy: 'Name the repository of a chart; images have others.',
    });
  const archive = await client.blob(reference, layer, MOST_PACKED);
  const signed = layerOf(MEDIA.provenance);
  const provenance = signed && (await client.blob(reference, signed, MOST_PROVENANCE));
  return { archive, digest, ...(provenance ? { provenance } : {}) };
}

export interface PackedChart {
  readonly archive: Uint8Array;
  /** Chart.yaml as JSON, as Go writes its struct. */
  readonly config: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly provenance?: Uint8Array;
}

/** Uploads what is missing, the manifest last: until then no reader sees anything. Resolves with its digest. @throws ProblemError */
export async function pushChart(
  client: RegistryClient,
  reference: Reference,
  packed: PackedChart,
): Promise<Digest> {
  const config = Buffer.from(packed.config);
  const blobs = [
    { mediaType: MEDIA.chart, bytes: packed.archive },
    ...(packed.provenance ? [{ mediaType: MEDIA.provenance, bytes: packed.provenance }] : []),
  ];
  for (const bytes of [config, ...blobs.map((blob) => blob.bytes)]) await client.pushBlob(reference, bytes);
  const layers = blobs.map(({ mediaType, bytes }) => descriptor(mediaType, bytes));
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MEDIA.manifest,
      config: descriptor(MEDIA.config, config),
      // Helm sorts them, so that the same chart has the same manifest.
      layers: layers.sort((a, b) => (a.digest < b.digest ? -1 : 1)),
      annotations: packed.annotations,
    }),
  );
  await client.pushManifest(reference, manifest);
  return digestOf(manifest);
}

const descriptor = (mediaType: string, bytes: Uint8Array): Descriptor => ({
  mediaType,
  digest: digestOf(bytes),
  size: bytes.length,
});

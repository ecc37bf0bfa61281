import { gunzipSync } from 'node:zlib';
import { isObject } from '../../kube/values/equal.ts';
import type { KubeObject, ObjectRef } from '../../kube/values/types.ts';
import { parseDocuments } from '../../kube/values/yaml.ts';

/** A release has a megabyte at most in a Secret; unpacked it may be more, and never this much. */
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * What a release of Helm consists of, by the Secret that records it: `data.release` is base64 of base64 of gzip of JSON with the manifest
 * (helm `pkg/storage/driver/util.go`). Undefined where it cannot be read.
 */
export function releaseObjects(secret: KubeObject, namespace: string): readonly ObjectRef[] | undefined {
  const { data } = secret;
  const packed = isObject(data) ? data.release : undefined;
  if (typeof packed !== 'string') return undefined;
  try {
    const inner = Buffer.from(Buffer.from(packed, 'base64').toString('latin1'), 'base64');
    const isZipped = inner[0] === 0x1f && inner[1] === 0x8b;
    const json = isZipped ? gunzipSync(inner, { maxOutputLength: MAX_BYTES }) : inner;
    const release: unknown = JSON.parse(json.toString('utf8'));
    const manifest = isObject(release) ? release.manifest : undefined;
    return typeof manifest === 'string' ? refsOf(manifest, namespace) : undefined;
  } catch {
    return undefined;
  }
}

/** Objects of a manifest in the namespace of the release, where they name none. */
function refsOf(manifest: string, fallback: string): readonly ObjectRef[] {
  return documentsOf(manifest).flatMap((object) => {
    const { apiVersion, kind, metadata } = object;
    if (typeof apiVersion !== 'string' || typeof kind !== 'string' || !isObject(metadata)) return [];
    const { name, namespace = fallback } = metadata;
    if (typeof name !== 'string' || typeof namespace !== 'string') return [];
    return [{ apiVersion, kind, namespace, name }];
  });
}

function documentsOf(text: string): readonly Record<string, unknown>[] {
  const documents = parseDocuments(text, 'manifest');
  return documents.ok ? documents.value.map(({ value }) => value).filter(isObject) : [];
}

/** The newest of the Secrets that record a release, one for each revision. */
export function newestRelease(secrets: readonly KubeObject[]): KubeObject | undefined {
  const revision = ({ metadata }: KubeObject) => Number(metadata.labels?.version ?? 0);
  return [...secrets].sort((a, b) => revision(b) - revision(a))[0];
}

import { canonicalJson } from '../../kube/values/equal.ts';
import { fnv32a, safeEncode } from '../../kube/values/names.ts';

/**
 * What `pod-template-hash` holds (`ComputeHash` in Kubernetes' `pkg/controller`). Equal templates have equal hashes;
 * the values differ from those of Kubernetes, which hashes Go's memory layout.
 */
export function podTemplateHash(template: unknown, collisionCount?: number): string {
  const bytes = Buffer.from(canonicalJson(template));
  const mixed = collisionCount === undefined ? bytes : Buffer.concat([bytes, littleEndian(collisionCount)]);
  return safeEncode(String(fnv32a(mixed)));
}

function littleEndian(count: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(count);
  return bytes;
}

import type { BlobStore } from '../../src/base/blobs.ts';

/** Blobs in memory. Nothing ages in it. */
export function createMemoryBlobs(): BlobStore {
  const blobs = new Map<string, string>();
  return {
    has: async (name) => blobs.has(name),
    put: async (name, content) => void blobs.set(name, content),
    get: async (name) => blobs.get(name),
    list: async () => [...blobs.keys()].map((name) => ({ name, usedAt: 0 })),
    remove: async (name) => void blobs.delete(name),
  };
}

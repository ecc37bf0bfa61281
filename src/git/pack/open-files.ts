import { closeSync, openSync } from 'node:fs';

/**
 * Descriptors of frequently read files: opened at first use; beyond the limit the least recently used one
 * is closed. Use a descriptor at once: the next call may close it.
 */
export class OpenFiles {
  readonly #limit: number;
  readonly #open = new Map<string, number>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#open.size;
  }

  /** Throws the system error of open(2). */
  get(path: string): number {
    const fd = this.#open.get(path) ?? openSync(path, 'r');
    this.#open.delete(path);
    this.#open.set(path, fd);
    if (this.#open.size > this.#limit) {
      const [oldest = path] = this.#open.keys();
      this.close(oldest);
    }
    return fd;
  }

  close(path: string): void {
    const fd = this.#open.get(path);
    if (fd === undefined) return;
    this.#open.delete(path);
    closeSync(fd);
  }
}

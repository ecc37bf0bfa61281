import { KeyedMutex } from '../../base/mutex.ts';

/** What was received before, and when, in milliseconds since 1970; the latest last. */
export type Received = readonly (readonly [once: string, at: number])[];

/** As many of each delivery: at full rate half an hour of them, and of most repositories weeks. */
export const MOST_RECEIVED = 1_000;

/** What has been received survives a restart: read and written as a whole, by delivery. */
export interface ReceivedFiles {
  read(delivery: string): Promise<Received | undefined>;
  write(delivery: string, received: Received): Promise<void>;
}

/** Notes what is received, durable once it resolves; with the time at which the same was received before, where it was. */
export function createReceived(
  files: ReceivedFiles,
): (delivery: string, once: string, at: number) => Promise<number | undefined> {
  const mutex = new KeyedMutex();
  const known = new Map<string, Received>();
  return (delivery, once, at) =>
    mutex.run(delivery, async () => {
      const before = known.get(delivery) ?? (await files.read(delivery)) ?? [];
      const earlier = before.find(([one]) => one === once);
      if (earlier) return earlier[1];
      const after = [...before, [once, at] as const].slice(-MOST_RECEIVED);
      await files.write(delivery, after);
      known.set(delivery, after);
      return undefined;
    });
}

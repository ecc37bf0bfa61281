/** The device flow: somebody types a code into a browser on any device, and the command line waits (RFC 8628). */
import type { Clock } from '../../base/clock.ts';
import { type Problem, ProblemError } from '../../base/errors.ts';
import type { BegunOnDevice } from '../../model/identityfaces.ts';
import { createAttempts, GONE } from './attempts.ts';
import type { Claims } from './claims.ts';
import type { Issuer } from './issuer.ts';

export interface DeviceFlow {
  /** `party`: the client that asks, who keeps no other client out by however many. */
  begin(party: string): Promise<BegunOnDevice>;
  /** Asks the provider no sooner than that wishes, however often it is asked itself. */
  poll(attempt: string): Promise<{ readonly type: 'claims'; readonly claims: Claims } | Waiting>;
}

export interface Waiting {
  readonly type: 'waiting';
  /** After which asking again makes sense. */
  readonly seconds: number;
}

/** Each is a request to the provider, which a stranger can make the daemon send. */
const MOST = 100;
/** By so much longer is waited once the provider says `slow_down` (RFC 8628 §3.5). */
const SLOWER_MS = 5_000;

interface Attempt {
  /** Empty until the provider has said it. */
  deviceCode: string;
  intervalMs: number;
  /** Monotonic. */
  nextAt: number;
}

export function createDeviceFlow(issuer: Issuer, clock: Clock): DeviceFlow {
  const attempts = createAttempts<Attempt>(clock, MOST);
  const waiting = ({ nextAt }: Attempt): Waiting => ({
    type: 'waiting',
    seconds: Math.max(1, Math.ceil((nextAt - clock.monotonic()) / 1000)),
  });

  return {
    async begin(party) {
      if (!attempts.hasRoom(party)) throw new ProblemError(BUSY);
      const begun: Attempt = { deviceCode: '', intervalMs: 0, nextAt: 0 };
      const attempt = attempts.add(begun, party);
      try {
        const { deviceCode, intervalMs, ...told } = await issuer.startDevice();
        Object.assign(begun, { deviceCode, intervalMs, nextAt: clock.monotonic() + intervalMs });
        return { ...told, attempt, seconds: waiting(begun).seconds };
      } catch (error) {
        attempts.take(attempt);
        throw error;
      }
    },

    async poll(secret) {
      const attempt = attempts.get(secret);
      if (!attempt) throw new ProblemError(GONE);
      if (clock.monotonic() < attempt.nextAt) return waiting(attempt);
      attempt.nextAt = clock.monotonic() + attempt.intervalMs;
      const answer = await issuer.pollDevice(attempt.deviceCode);
      if (answer.type === 'slowDown') {
        attempt.intervalMs += SLOWER_MS;
        attempt.nextAt = clock.monotonic() + attempt.intervalMs;
      }
      if (answer.type === 'slowDown' || answer.type === 'pending') return waiting(attempt);
      attempts.take(secret);
      if (answer.type === 'claims') return answer;
      throw new ProblemError(answer.type === 'denied' ? DENIED : EXPIRED);
    },
  };
}

const BUSY: Problem = {
  reason: 'Unavailable',
  message: 'Too many sign-ins wait for a code to be typed.',
  remedy: 'Try again in ten minutes, or with a browser on this machine: pilotage login.',
};

const DENIED: Problem = {
  reason: 'Denied',
  message: 'The sign-in was refused in the browser.',
  remedy: 'Begin again where that was a mistake: pilotage login --device.',
};

const EXPIRED: Problem = {
  reason: 'Expired',
  message: 'Nobody typed the code in time.',
  remedy: 'Begin again: pilotage login --device.',
};

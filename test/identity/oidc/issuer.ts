import { ProblemError } from '../../../src/base/errors.ts';
import type { Claims } from '../../../src/identity/oidc/claims.ts';
import type { CodeAttempt, DeviceAnswer, Issuer } from '../../../src/identity/oidc/issuer.ts';

/** A provider that signs in whom a test says. */
export class FakeIssuer implements Issuer {
  claims: Claims = { sub: '1', preferred_username: 'ada' };
  /** What it answers about the device, one after the other. */
  answers: DeviceAnswer[] = [];
  /** Attempts by their state. */
  readonly begun = new Map<string, CodeAttempt>();
  polls = 0;
  isDown = false;

  async authorizationUrl(attempt: CodeAttempt) {
    this.#assertUp();
    this.begun.set(attempt.state, attempt);
    return `https://login.example.com/auth?state=${attempt.state}`;
  }

  async redeem(callback: URL, { state }: CodeAttempt) {
    this.#assertUp();
    if (callback.searchParams.get('code') !== `code of ${state}`) throw new Error('another code');
    return this.claims;
  }

  async startDevice() {
    this.#assertUp();
    return {
      deviceCode: 'secret',
      userCode: 'ABCD-EFGH',
      verificationUri: 'https://login.example.com/device',
      intervalMs: 5_000,
    };
  }

  async pollDevice() {
    this.#assertUp();
    this.polls += 1;
    return this.answers.shift() ?? ({ type: 'pending' } as const);
  }

  #assertUp(): void {
    if (this.isDown) throw new ProblemError({ reason: 'Unavailable', message: 'It cannot be asked.' });
  }
}

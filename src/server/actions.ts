import type {
  BackportReport,
  ConnectRequest,
  PlanReport,
  PromotionReport,
  ReleaseReport,
  StatusReport,
  WhyReport,
} from '../model/faces.ts';

/** An environment as people write it, split: `shop/prod`. The delivery is '' when it was left out. */
export interface EnvironmentName {
  readonly delivery: string;
  readonly environment: string;
}

/** What the faces can ask of the daemon. Refusals reject with ProblemError. */
export interface Actions {
  status(): Promise<StatusReport>;
  plan(name: EnvironmentName, options: { revision?: string }): Promise<PlanReport>;
  sync(
    name: EnvironmentName,
    options: { acknowledge?: boolean; confirmPrune?: boolean; confirmRecreate?: boolean },
  ): Promise<{ message: string }>;
  history(name: EnvironmentName): Promise<readonly ReleaseReport[]>;
  /** To release `number`, or to the one before the current one; pins the environment there. */
  rollback(name: EnvironmentName, options: { number?: number; by: string }): Promise<{ message: string }>;
  pin(
    name: EnvironmentName,
    options: { revision?: string; reason: string; by: string },
  ): Promise<{ message: string }>;
  unpin(name: EnvironmentName): Promise<{ message: string }>;
  promote(
    name: EnvironmentName,
    options: { dryRun: boolean; by: string; again?: boolean },
  ): Promise<PromotionReport>;
  approve(name: EnvironmentName, options: { by: string; revision?: string }): Promise<PromotionReport>;
  /** A person's word for the proposal that was shown; without `proposal`, the refusal says which one waits. */
  accept(name: EnvironmentName, options: { proposal?: string; by: string }): Promise<{ message: string }>;
  delete(name: EnvironmentName, options: { onDelete: 'prune' | 'orphan' }): Promise<{ message: string }>;
  /** `objects`: `Deployment/web` each; `namespace`: everything that waits there. */
  adopt(
    name: EnvironmentName,
    options: { objects: readonly string[]; namespace?: string; by: string },
  ): Promise<{ message: string }>;
  backport(name: EnvironmentName, options: { dryRun: boolean; by: string }): Promise<BackportReport>;
  why(name: EnvironmentName): Promise<WhyReport>;
  connect(request: ConnectRequest): Promise<{ message: string; url?: string }>;
}

import { EMPTY_CONFIG } from './config/config.ts';
import type { Config } from './config/types.ts';
import type { Variables } from './references/vars.ts';
import { Resources } from './resource/resources.ts';

/** What a kustomization comes to, before names are followed and vars resolved: that needs all of them. */
export interface Accumulated {
  readonly resources: Resources;
  config: Config;
  variables: Variables;
}

export const nothingYet = (): Accumulated => ({
  resources: new Resources(),
  config: EMPTY_CONFIG,
  variables: new Map(),
});

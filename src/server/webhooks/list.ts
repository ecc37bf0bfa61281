import type { WebhookKind } from '../../model/kinds/delivery.ts';
import { azure } from './azure.ts';
import { bitbucket, bitbucketServer } from './bitbucket.ts';
import { generic } from './generic.ts';
import { gitea } from './gitea.ts';
import { github } from './github.ts';
import { gitlab } from './gitlab.ts';
import type { WebhookForge } from './webhook.ts';

export const WEBHOOK_FORGES: Readonly<Record<WebhookKind, WebhookForge>> = {
  github,
  gitlab,
  gitea,
  bitbucket,
  'bitbucket-server': bitbucketServer,
  azure,
  generic,
};

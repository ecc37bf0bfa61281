import { CRON_JOBS } from './resources.data.ts';
import { type KindRow, noRules } from './row.ts';

export const CRON_JOB: KindRow = {
  resource: CRON_JOBS,
  applyOrder: 250,
  validate: noRules,
  defaults: {
    'batch.v1.CronJobSpec': {
      members: {
        concurrencyPolicy: 'Allow',
        suspend: false,
        successfulJobsHistoryLimit: 3,
        failedJobsHistoryLimit: 1,
      },
    },
  },
};

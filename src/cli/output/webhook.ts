import type { WebhookReport } from '../../model/faces.ts';

/** What a forge has to be told; `origin` is the address at which the command reached the daemon. */
export function webhookLines(
  origin: string,
  { message, path, secret, setUp }: WebhookReport,
): readonly string[] {
  return [
    message,
    ...(path === undefined ? [] : [`  URL:    ${origin}${path}`]),
    ...(secret === undefined ? [] : [`  secret: ${secret}`]),
    ...(setUp === undefined ? [] : [`  there:  ${setUp}`]),
    ...(path !== undefined && /^https?:\/\/(127\.|localhost|\[::1\])/.test(origin)
      ? [
          '  The forge has to reach it: put the name that it knows of this machine in place of',
          `  ${origin}.`,
        ]
      : []),
  ];
}

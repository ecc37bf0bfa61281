import { unwrap } from '../base/errors.ts';
import { MOST_IMAGES, parseImageChange } from '../model/imagereference.ts';
import type { Actions } from './actions.ts';
import { type Fields, text, texts } from './fields.ts';
import { badRequest } from './refusal.ts';

/** Longest reason and address that go into a commit. */
const MOST_REASON = 2000;
const MOST_URL = 500;

/** The body of a request to set images. @throws ProblemError BadRequest */
export function setImageRequest(fields: Fields): Parameters<Actions['setImage']>[1] {
  const asked = texts(fields, 'images') ?? [];
  if (asked.length === 0 || asked.length > MOST_IMAGES)
    throw badRequest(
      `"images" must be a list of 1 to ${MOST_IMAGES}, as web=registry.example.com/web:1.2 each.`,
    );
  const reason = text(fields, 'reason') ?? '';
  if (reason.length > MOST_REASON) throw badRequest(`"reason" may have ${MOST_REASON} characters.`);
  const force = fields.force === true;
  if (force && reason.trim() === '')
    throw badRequest('An image that is forced needs a reason: --reason TEXT.');
  const url = text(fields, 'url');
  if (url !== undefined && (url.length > MOST_URL || !/^https?:\/\/[\x21-\x7e]+$/.test(url)))
    throw badRequest(`"url" must be an http or https address of at most ${MOST_URL} characters.`);
  return {
    changes: asked.map((one) => unwrap(parseImageChange(one))),
    reason: reason.trim(),
    ...(url === undefined ? {} : { url }),
    force,
    dryRun: fields.dryRun === true,
  };
}

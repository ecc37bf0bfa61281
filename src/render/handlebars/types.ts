import type { Place } from '../../base/place.ts';
import type { Context } from '../engine.ts';

/** What a helper may know about where it is called. */
export interface Call {
  readonly root: Context;
  readonly place: Place;
}

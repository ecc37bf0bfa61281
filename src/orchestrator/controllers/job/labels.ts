/** Holds a pod until its Job has counted how it ended (KEP-2307). */
export const TRACKING_FINALIZER = 'batch.kubernetes.io/job-tracking';
/** The label and the annotation of a pod that say which part of an indexed Job it does (KEP-2214). */
export const COMPLETION_INDEX = 'batch.kubernetes.io/job-completion-index';
/** How many pods of the same index have failed before, and how many of them count for nothing (KEP-3850). */
export const INDEX_FAILURES = 'batch.kubernetes.io/job-index-failure-count';
export const INDEX_IGNORED_FAILURES = 'batch.kubernetes.io/job-index-ignored-failure-count';

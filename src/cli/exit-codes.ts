/** Exit codes (docs/reference): 0 fine, 1 findings of a report. */
export const EXIT_USAGE = 2;
export const EXIT_INTERNAL = 70;
/** Any configuration error, in `check` as at start. */
export const EXIT_CONFIGURATION = 78;

import type { PatternTable } from "./pattern-table.ts";

/** Letters beyond ASCII, by the blocks that hold little else. */
const LETTERS = "\u00c0-\u1fff\u3040-\ud7ff\uf900-\ufaff";

/** Paths of files and parts of addresses. */
export const PATH_PATTERNS: PatternTable = {
  PATH: "(?:%{UNIXPATH}|%{WINPATH})",
  UNIXPATH: `/(?:[\\w/%!$@:.,+~${LETTERS}-]|\\\\.)*`,
  TTY: "/dev/(?:pts|tty[pq]?)\\w*/?\\d+",
  // A drive or the first backslash of a share, then names behind backslashes.
  WINPATH: "(?:[A-Za-z]+:|\\\\)(?:\\\\[^\\\\?*]*)+",
  URIPROTO: "[A-Za-z][A-Za-z0-9+.-]+",
  URIPATH: "/[\\w/$.+!*'(){},~:;=@#%&-]*",
  URIQUERY: "[\\w$.+!*'|(){},~@#%&/=:;?\\[\\]<>-]*",
  URIPARAM: "\\?%{URIQUERY}",
  URIPATHPARAM: "%{URIPATH}(?:\\?%{URIQUERY})?",
  URI: "%{URIPROTO}://(?:%{USER}(?::[^@]*)?@)?(?:%{URIHOST})?(?:%{URIPATHPARAM})?",
};

export function pathPatterns(ecs: boolean): PatternTable {
  return { URIHOST: ecs ? "%{IPORHOST}(?::%{POSINT})?" : "%{IPORHOST}(?::%{POSINT:port})?" };
}

/** Files of the sample set, below its folder; named as on a Debian host. */
export type SampleFile =
  | "nginx/access.log"
  | "nginx/error.log"
  | "apache2/access.log"
  | "apache2/error.log"
  | "syslog"
  | "auth.log"
  | "audit/audit.log"
  | "dpkg.log"
  | "apt/history.log"
  | "shop/checkout.json";

export const SAMPLE_FILES: readonly SampleFile[] = [
  "nginx/access.log",
  "nginx/error.log",
  "apache2/access.log",
  "apache2/error.log",
  "syslog",
  "auth.log",
  "audit/audit.log",
  "dpkg.log",
  "apt/history.log",
  "shop/checkout.json",
];

/** Takes a line for a file, written at `at` (epoch milliseconds); apt's entries are several lines. */
export type WriteLine = (file: SampleFile, at: number, text: string) => void;

/** The made-up host's name. */
export const SAMPLE_HOST = "shop-1";
/** Where the passwords are tried from: an address reserved for documentation (RFC 5737). */
export const ATTACKER = "203.0.113.77";

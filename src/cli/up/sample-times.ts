const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

function two(value: number): string {
  return String(value).padStart(2, "0");
}

function clock(date: Date): string {
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

function month(date: Date): string {
  return MONTHS[date.getMonth()] as string;
}

function zone(date: Date): string {
  const minutes = -date.getTimezoneOffset();
  const size = Math.abs(minutes);
  return `${minutes < 0 ? "-" : "+"}${two(Math.floor(size / 60))}${two(size % 60)}`;
}

/** Times as the programs write them, in this host's zone; each takes epoch milliseconds. */
export const times: Readonly<
  Record<"access" | "nginxError" | "apacheError" | "syslog" | "audit" | "dpkg" | "apt" | "iso", (at: number) => string>
> = {
  /** `23/Nov/2026:03:25:06 +0000` */
  access(at) {
    const date = new Date(at);
    return `${two(date.getDate())}/${month(date)}/${date.getFullYear()}:${clock(date)} ${zone(date)}`;
  },
  /** `2026/11/23 03:25:06` */
  nginxError(at) {
    const date = new Date(at);
    return `${date.getFullYear()}/${two(date.getMonth() + 1)}/${two(date.getDate())} ${clock(date)}`;
  },
  /** `Mon Nov 23 03:25:06.123456 2026` */
  apacheError(at) {
    const date = new Date(at);
    const micros = `${String(date.getMilliseconds()).padStart(3, "0")}417`;
    return `${WEEKDAYS[date.getDay()]} ${month(date)} ${two(date.getDate())} ${clock(date)}.${micros} ${date.getFullYear()}`;
  },
  /** `Nov  3 03:25:06` (RFC 3164) */
  syslog(at) {
    const date = new Date(at);
    return `${month(date)} ${String(date.getDate()).padStart(2)} ${clock(date)}`;
  },
  /** `1795404306.123` */
  audit: (at) => (at / 1000).toFixed(3),
  /** `2026-11-23 03:25:06` */
  dpkg(at) {
    const date = new Date(at);
    return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${clock(date)}`;
  },
  /** `2026-11-23  03:25:06` */
  apt: (at) => times.dpkg(at).replace(" ", "  "),
  /** `2026-11-23T03:25:06.123Z` */
  iso: (at) => new Date(at).toISOString(),
};

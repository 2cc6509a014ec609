import type { Dice } from "./sample-dice.ts";
import { SAMPLE_HOST, type WriteLine } from "./sample-line.ts";
import { times } from "./sample-times.ts";

/** A line of syslog (RFC 3164 as rsyslog writes it to files). */
export function syslog(at: number, write: WriteLine, program: string, message: string): void {
  write("syslog", at, `${times.syslog(at)} ${SAMPLE_HOST} ${program}: ${message}`);
}

export function auth(at: number, write: WriteLine, program: string, message: string): void {
  write("auth.log", at, `${times.syslog(at)} ${SAMPLE_HOST} ${program}: ${message}`);
}

const UNITS = [
  "logrotate.service - Rotate log files",
  "man-db.service - Daily man-db regeneration",
  "fstrim.service - Discard unused blocks",
  "sysstat-collect.service - system activity accounting tool",
  "phpsessionclean.service - Clean php session files",
];

/** One of the things that a host does by itself. */
export function daemonWork(dice: Dice, at: number, write: WriteLine): void {
  dice.weighted<() => void>([
    [
      6,
      () => {
        const unit = dice.pick(UNITS);
        syslog(at, write, "systemd[1]", `Starting ${unit}...`);
        const end = at + dice.between(20, 900);
        syslog(end, write, "systemd[1]", `${unit.split(" ")[0]}: Deactivated successfully.`);
        syslog(end, write, "systemd[1]", `Finished ${unit}.`);
      },
    ],
    [
      4,
      () =>
        syslog(
          at,
          write,
          "systemd-resolved[402]",
          "Using degraded feature set UDP instead of UDP+EDNS0 for DNS server 10.20.0.2.",
        ),
    ],
    [
      3,
      () => syslog(at, write, "systemd-timesyncd[388]", "Contacted time server 10.20.0.3:123 (ntp.intranet.example)."),
    ],
    [3, () => syslog(at, write, "dhclient[611]", `DHCPREQUEST for 10.20.0.5 on eth0 to 10.20.0.2 port 67`)],
    [
      5,
      () =>
        syslog(
          at,
          write,
          "kernel",
          `[${(dice.between(800_000, 900_000) / 10).toFixed(6)}] [UFW BLOCK] IN=eth0 OUT= MAC=52:54:00:12:34:56:52:54:00:65:43:21:08:00 SRC=198.51.100.${dice.between(2, 250)} DST=192.0.2.10 LEN=44 TOS=0x00 PREC=0x00 TTL=${dice.between(40, 120)} ID=${dice.between(1, 65_535)} PROTO=TCP SPT=${dice.between(1024, 65_535)} DPT=${dice.pick([23, 445, 3389, 5900, 8080])} WINDOW=1024 RES=0x00 SYN URGP=0`,
        ),
    ],
    [
      2,
      () =>
        syslog(
          at,
          write,
          "postfix/smtp[2290]",
          `${dice.hex(10).toUpperCase()}: to=<orders@shop.example>, relay=mail.shop.example[192.0.2.25]:25, delay=0.${dice.between(10, 99)}, status=sent (250 2.0.0 Ok: queued)`,
        ),
    ],
  ])();
}

/** cron starts something: syslog, auth.log and the audit log say so. */
export function cronJob(dice: Dice, at: number, write: WriteLine): void {
  const pid = dice.between(20_000, 32_000);
  auth(at, write, `CRON[${pid}]`, "pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)");
  syslog(at, write, `CRON[${pid + 1}]`, "(root) CMD (/usr/local/bin/collect-metrics --quiet)");
  const end = at + dice.between(30, 400);
  auth(end, write, `CRON[${pid}]`, "pam_unix(cron:session): session closed for user root");
}

/** A record of the audit log; records of one event share `serial`. */
export function audit(at: number, write: WriteLine, type: string, text: string, serial: number): void {
  write("audit/audit.log", at, `type=${type} msg=audit(${times.audit(at)}:${serial}): ${text}`);
}

import type { Dice } from "./sample-dice.ts";
import { syslog } from "./sample-host.ts";
import type { WriteLine } from "./sample-line.ts";
import { times } from "./sample-times.ts";

const UPGRADES: readonly (readonly [string, string, string])[] = [
  ["libssl3:amd64", "3.0.15-1~deb12u1", "3.0.16-1~deb12u1"],
  ["openssl:amd64", "3.0.15-1~deb12u1", "3.0.16-1~deb12u1"],
  ["libexpat1:amd64", "2.5.0-1+deb12u1", "2.5.0-1+deb12u2"],
  ["tzdata:all", "2025a-0+deb12u1", "2025b-0+deb12u2"],
];

/** unattended-upgrades brings new packages: dpkg.log, apt's history, syslog. */
export function packageUpgrade(dice: Dice, start: number, write: WriteLine): void {
  let at = start;
  const dpkg = (text: string): void => {
    at += dice.between(40, 600);
    write("dpkg.log", at, `${times.dpkg(at)} ${text}`);
  };
  syslog(start, write, "systemd[1]", "Starting apt-daily-upgrade.service - Daily apt upgrade and clean activities...");
  dpkg("startup archives unpack");
  for (const [name, before, after] of UPGRADES) {
    dpkg(`upgrade ${name} ${before} ${after}`);
    dpkg(`status half-configured ${name} ${before}`);
    dpkg(`status unpacked ${name} ${before}`);
    dpkg(`status half-installed ${name} ${before}`);
    dpkg(`status unpacked ${name} ${after}`);
  }
  dpkg("startup packages configure");
  for (const [name, , after] of UPGRADES) {
    dpkg(`configure ${name} ${after} <none>`);
    dpkg(`status half-configured ${name} ${after}`);
    dpkg(`status installed ${name} ${after}`);
  }
  dpkg("trigproc libc-bin:amd64 2.36-9+deb12u10 <none>");
  at += 900;
  const upgraded = UPGRADES.map(([name, before, after]) => `${name} (${before}, ${after})`).join(", ");
  write(
    "apt/history.log",
    at,
    `\nStart-Date: ${times.apt(start)}\nCommandline: /usr/bin/unattended-upgrade\nUpgrade: ${upgraded}\nEnd-Date: ${times.apt(at)}`,
  );
  syslog(at + 50, write, "systemd[1]", "Finished apt-daily-upgrade.service - Daily apt upgrade and clean activities.");
}

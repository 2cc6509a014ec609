import type { Dice } from "./sample-dice.ts";
import { audit, auth, syslog } from "./sample-host.ts";
import { ATTACKER, SAMPLE_HOST, type WriteLine } from "./sample-line.ts";

const GUESSED = [
  "admin",
  "test",
  "oracle",
  "ubuntu",
  "git",
  "postgres",
  "ftpuser",
  "jenkins",
  "user",
  "pi",
  "minecraft",
];

/** A password is tried from outside: the user exists or does not. */
export function passwordGuess(dice: Dice, at: number, write: WriteLine): void {
  const pid = dice.between(7000, 9999);
  const port = dice.between(30_000, 65_000);
  const user = dice.chance(0.3) ? "root" : dice.pick(GUESSED);
  const known = user === "root";
  if (!known) auth(at, write, `sshd[${pid}]`, `Invalid user ${user} from ${ATTACKER} port ${port}`);
  auth(
    at + 40,
    write,
    `sshd[${pid}]`,
    `pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=${ATTACKER}${known ? "  user=root" : ""}`,
  );
  const failed = at + 1900;
  auth(
    failed,
    write,
    `sshd[${pid}]`,
    `Failed password for ${known ? "" : "invalid user "}${user} from ${ATTACKER} port ${port} ssh2`,
  );
  auth(
    failed + 30,
    write,
    `sshd[${pid}]`,
    `Connection closed by ${known ? "authenticating" : "invalid"} user ${user} ${ATTACKER} port ${port} [preauth]`,
  );
  audit(
    failed,
    write,
    "USER_LOGIN",
    `pid=${pid} uid=0 auid=4294967295 ses=4294967295 msg='op=login acct="${user}" exe="/usr/sbin/sshd" hostname=? addr=${ATTACKER} terminal=ssh res=failed'`,
    dice.next(),
  );
}

/** The guess that was right, and what is done with it. */
export function breakIn(dice: Dice, at: number, write: WriteLine): void {
  const pid = dice.between(7000, 9999);
  const from = `${ATTACKER} port ${dice.between(30_000, 65_000)}`;
  auth(at, write, `sshd[${pid}]`, `Accepted password for deploy from ${from} ssh2`);
  auth(at + 20, write, `sshd[${pid}]`, "pam_unix(sshd:session): session opened for user deploy(uid=1001) by (uid=0)");
  auth(at + 30, write, "systemd-logind[512]", "New session 418 of user deploy.");
  audit(
    at,
    write,
    "USER_LOGIN",
    `pid=${pid} uid=0 auid=1001 ses=418 msg='op=login id=1001 exe="/usr/sbin/sshd" hostname=${ATTACKER} addr=${ATTACKER} terminal=/dev/pts/1 res=success'`,
    dice.next(),
  );
  command(
    dice,
    at + 9000,
    write,
    { pid: pid + 40, user: "deploy", uid: 1001, session: 418 },
    "/usr/bin/cat /etc/shadow",
  );
  const added = at + 21_000;
  auth(
    added,
    write,
    `useradd[${pid + 60}]`,
    "new user: name=backup2, UID=1007, GID=1007, home=/home/backup2, shell=/bin/bash, from=/dev/pts/1",
  );
  audit(
    added,
    write,
    "ADD_USER",
    `pid=${pid + 60} uid=0 auid=1001 ses=418 msg='op=add-user acct="backup2" exe="/usr/sbin/useradd" hostname=${SAMPLE_HOST} addr=? terminal=pts/1 res=success'`,
    dice.next(),
  );
  auth(at + 60_000, write, `sshd[${pid}]`, "pam_unix(sshd:session): session closed for user deploy");
}

interface Login {
  readonly pid: number;
  readonly user: string;
  readonly uid: number;
  readonly session: number;
}

function command(dice: Dice, at: number, write: WriteLine, login: Login, line: string): void {
  const { pid, user, uid, session } = login;
  const [program = "", ...parameters] = line.split(" ");
  auth(at, write, "sudo", `${user.padStart(8)} : TTY=pts/1 ; PWD=/home/${user} ; USER=root ; COMMAND=${line}`);
  auth(at + 5, write, "sudo", `pam_unix(sudo:session): session opened for user root(uid=0) by ${user}(uid=${uid})`);
  auth(at + 90, write, "sudo", "pam_unix(sudo:session): session closed for user root");
  const hex = Buffer.from(line).toString("hex").toUpperCase();
  audit(
    at,
    write,
    "USER_CMD",
    `pid=${pid} uid=${uid} auid=${uid} ses=${session} msg='cwd="/home/${user}" cmd=${hex} exe="/usr/bin/sudo" terminal=pts/1 res=success'`,
    dice.next(),
  );
  const number = dice.next();
  const name = program.slice(program.lastIndexOf("/") + 1);
  audit(
    at + 8,
    write,
    "SYSCALL",
    `arch=c000003e syscall=59 success=yes exit=0 a0=55e1c9d1 a1=55e1c9e8 a2=55e1ca00 a3=8 items=2 ppid=${pid} pid=${pid + 1} auid=${uid} uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=pts1 ses=${session} comm="${name}" exe="${program}" subj=unconfined key="root-commands"`,
    number,
  );
  const quoted = [program, ...parameters].map((one, i) => `a${i}="${one}"`).join(" ");
  audit(at + 8, write, "EXECVE", `argc=${parameters.length + 1} ${quoted}`, number);
  audit(at + 8, write, "CWD", `cwd="/home/${user}"`, number);
  audit(
    at + 8,
    write,
    "PATH",
    `item=0 name="${program}" inode=1573 dev=fd:00 mode=0100755 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0`,
    number,
  );
}

/** Colleagues log in with their keys, look at services, and go. */
export function adminVisit(dice: Dice, at: number, write: WriteLine): void {
  const [user, uid] = dice.pick([
    ["maria", 1002],
    ["jonas", 1003],
  ] as const);
  const pid = dice.between(5000, 6999);
  const session = dice.between(300, 400);
  const address = `10.20.0.${dice.between(10, 60)}`;
  auth(
    at,
    write,
    `sshd[${pid}]`,
    `Accepted publickey for ${user} from ${address} port ${dice.between(40_000, 60_000)} ssh2: ED25519 SHA256:${Buffer.from(dice.hex(43)).toString("base64").slice(0, 43)}`,
  );
  auth(
    at + 12,
    write,
    `sshd[${pid}]`,
    `pam_unix(sshd:session): session opened for user ${user}(uid=${uid}) by (uid=0)`,
  );
  syslog(at + 15, write, "systemd[1]", `Started session-${session}.scope - Session ${session} of User ${user}.`);
  audit(
    at,
    write,
    "USER_LOGIN",
    `pid=${pid} uid=0 auid=${uid} ses=${session} msg='op=login id=${uid} exe="/usr/sbin/sshd" hostname=${address} addr=${address} terminal=/dev/pts/0 res=success'`,
    dice.next(),
  );
  command(
    dice,
    at + 4000,
    write,
    { pid: pid + 10, user, uid, session },
    dice.pick(["/usr/bin/systemctl status nginx", "/usr/bin/journalctl -u checkout", "/usr/bin/tail /var/log/syslog"]),
  );
  auth(at + 45_000, write, `sshd[${pid}]`, `Disconnected from user ${user} ${address} port 51022`);
  auth(at + 45_010, write, `sshd[${pid}]`, `pam_unix(sshd:session): session closed for user ${user}`);
}

/** A service is started or stopped, as auditd sees it. */
export function serviceRecord(dice: Dice, at: number, write: WriteLine): void {
  const unit = dice.pick(["logrotate", "sysstat-collect", "phpsessionclean", "fwupd-refresh"]);
  const text = (end: string): string =>
    `pid=1 uid=0 auid=4294967295 ses=4294967295 subj=unconfined msg='unit=${unit} comm="systemd" exe="/usr/lib/systemd/systemd" hostname=? addr=? terminal=? res=${end}'`;
  audit(at, write, "SERVICE_START", text("success"), dice.next());
  audit(at + 400, write, "SERVICE_STOP", text("success"), dice.next());
}

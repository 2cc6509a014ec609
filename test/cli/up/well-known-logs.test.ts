import assert from "node:assert/strict";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type HostFileSystem, type HostReader, realHostFiles } from "../../../src/cli/up/well-known-files.ts";
import type { RunCommand } from "../../../src/cli/up/well-known-journal.ts";
import { findHostLogs, type HostLogOptions, type HostLogs } from "../../../src/cli/up/well-known-logs.ts";

const alice: HostReader = { uid: 1000, groups: [1000], name: "alice" };
const answers: RunCommand = () => Promise.resolve({ code: 0, stderr: "" });

/** Real files, read as `reader` would by the permission bits: tests may run as root. */
function filesOf(reader: HostReader): HostFileSystem {
  const allowed = async (path: string, bits: number): Promise<boolean> => {
    const { uid, gid, mode } = await realHostFiles.stat(path);
    const shift = uid === reader.uid ? 6 : reader.groups.includes(gid) ? 3 : 0;
    return ((mode >> shift) & bits) === bits;
  };
  return {
    ...realHostFiles,
    readable: (path, kind) => allowed(path, kind === "folder" ? 5 : 4),
    async readFolder(path) {
      const names = await realHostFiles.readFolder(path);
      if (!(await allowed(path, 4))) throw Object.assign(new Error("EACCES"), { code: "EACCES" });
      return names;
    },
    async stat(path) {
      const stat = await realHostFiles.stat(path);
      if (!(await allowed(dirname(path), 1))) throw Object.assign(new Error("EACCES"), { code: "EACCES" });
      return stat;
    },
  };
}

describe("findHostLogs", () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "antler-host-"));
    put("etc/passwd", "root:x:0:0::/root:/bin/sh\nalice:x:1000:1000::/home/alice:/bin/sh\n");
    put("etc/group", "root:x:0:\nadm:x:4:\nsystemd-journal:x:101:\n");
  });
  afterEach(() => rmSync(root, { recursive: true }));

  function put(place: string, text: string | Buffer, mode = 0o644, gid?: number): string {
    const path = join(root, place);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    chmodSync(path, mode);
    if (gid !== undefined && process.getuid?.() === 0) chownSync(path, 0, gid);
    return path;
  }
  function age(place: string, days: number): void {
    const seconds = Date.now() / 1000 - days * 86_400;
    utimesSync(join(root, place), seconds, seconds);
  }
  function find(options: HostLogOptions = {}): Promise<HostLogs> {
    return findHostLogs({ root, home: "/home/alice", reader: alice, files: filesOf(alice), run: answers, ...options });
  }
  const datasets = (logs: HostLogs): Record<string, string> =>
    Object.fromEntries(logs.taken.map(({ path, dataset }) => [path.slice(root.length + 1), dataset]));

  it("knows the usual logs by their places", async () => {
    const expected: Record<string, string> = {
      "var/log/syslog": "system.syslog",
      "var/log/messages": "system.syslog",
      "var/log/kern.log": "system.syslog",
      "var/log/auth.log": "system.auth",
      "var/log/secure": "system.auth",
      "var/log/audit/audit.log": "auditd.log",
      "var/log/dpkg.log": "dpkg.log",
      "var/log/apt/history.log": "apt.history",
      "var/log/nginx/access.log": "nginx.access",
      "var/log/nginx/error.log": "nginx.error",
      "var/log/nginx/shop.example.access.log": "nginx.access",
      "var/log/apache2/access.log": "apache.access",
      "var/log/apache2/other_vhosts_access.log": "apache.access",
      "var/log/httpd/error_log": "apache.error",
      "var/log/httpd/ssl_access_log": "apache.access",
      "var/log/alternatives.log": "generic",
      "var/log/mysql/error.log": "generic",
      "var/log/postgresql/postgresql-15-main.log": "generic",
      "var/log/shop/shop.log": "application.json",
      "opt/tool/logs/tool.log": "generic",
      "srv/shop/log/production.log": "generic",
      "home/alice/.pm2/logs/api-out.log": "generic",
      "home/alice/logs/run.log": "generic",
    };
    for (const place of Object.keys(expected)) put(place, place.includes("shop.log") ? '{"a":1}\n' : `${place}\n`);
    const logs = await find();
    assert.deepEqual(datasets(logs), expected);
    assert.deepEqual(logs.unreadable, []);
    assert.equal(logs.taken.find(({ path }) => path.endsWith("syslog"))?.bytes, "var/log/syslog\n".length);
  });

  it("leaves rotated, compressed and binary files, and what is no log", async () => {
    put("var/log/nginx/access.log", "x\n");
    for (const name of [
      "nginx/access.log.1",
      "nginx/access.log.2.gz",
      "nginx/access.log-20260101",
      "syslog.1",
      "secure-20260101",
      "wtmp",
      "lastlog",
      "apt/term.log",
      "journal/abc/x.log",
      "README",
    ])
      put(`var/log/${name}`, "x\n");
    put("var/log/odd/odd.log", Buffer.from([1, 0, 2, 0]));
    put("opt/tool/bin/tool.log", "x\n");
    const logs = await find();
    assert.deepEqual(Object.keys(datasets(logs)), ["var/log/nginx/access.log"]);
    assert.deepEqual(
      logs.passedOver.map(({ path, why }) => [path.slice(root.length + 1), why]),
      [["var/log/odd/odd.log", "binary"]],
    );
  });

  it("takes empty well-known logs, since they grow, and no other empty or forgotten ones", async () => {
    put("var/log/nginx/access.log", "");
    put("var/log/a/a.log", "");
    put("var/log/b/b.log", "old\n");
    age("var/log/b/b.log", 100);
    put("var/log/dpkg.log", "old\n");
    age("var/log/dpkg.log", 400);
    const logs = await find();
    assert.deepEqual(Object.keys(datasets(logs)).sort(), ["var/log/dpkg.log", "var/log/nginx/access.log"]);
    assert.deepEqual(logs.passedOver.map(({ why }) => why).sort(), ["empty", "old"]);
  });

  it("takes the newest of logs with a date in the name, and a file with two names once", async () => {
    put("var/log/app/app-2026-01-01.log", "a\n");
    age("var/log/app/app-2026-01-01.log", 1);
    put("var/log/app/app-2026-01-02.log", "b\n");
    symlinkSync(join(root, "var/log/app"), join(root, "var/log/same"));
    symlinkSync("app-2026-01-02.log", join(root, "var/log/app/current.log"));
    assert.deepEqual(Object.keys(datasets(await find())), ["var/log/app/app-2026-01-02.log"]);
  });

  it("says how to read what may not be read", async function () {
    if (process.getuid?.() !== 0) this.skip();
    put("var/log/auth.log", "x\n", 0o640, 4);
    put("var/log/secure", "x\n", 0o600, 0);
    put("var/log/audit/audit.log", "x\n", 0o600, 0);
    chmodSync(join(root, "var/log/audit"), 0o750);
    chownSync(join(root, "var/log/audit"), 0, 4);
    const logs = await find();
    assert.deepEqual(logs.taken, []);
    const join4 = "add yourself to the group adm: sudo usermod -aG adm alice, then log in again";
    assert.deepEqual(
      [...logs.unreadable].sort((a, b) => (a.path < b.path ? -1 : 1)),
      [
        { path: join(root, "var/log/audit"), kind: "folder", reason: "owned by root:adm, mode 0750", remedy: join4 },
        { path: join(root, "var/log/auth.log"), kind: "file", reason: "owned by root:adm, mode 0640", remedy: join4 },
        {
          path: join(root, "var/log/secure"),
          kind: "file",
          reason: "owned by root:root, mode 0600",
          remedy: "run antler with sudo",
        },
      ],
    );
    put("etc/group", "root:x:0:\nadm:x:4:bob,alice\n");
    const again = await find();
    assert.match(again.unreadable[0]?.remedy ?? "", /log in again/);
    assert.doesNotMatch(again.unreadable[0]?.remedy ?? "", /usermod/);
  });

  it("leaves a file of the syslog daemon whose messages are in syslog too", async () => {
    put("var/log/syslog", "Jan 1 00:00:00 h a: 1\nJan 1 00:00:01 h kernel: 2\nJan 1 00:00:02 h kernel: 3\n");
    put("var/log/kern.log", "Jan 1 00:00:01 h kernel: 2\nJan 1 00:00:02 h kernel: 3\n");
    put("var/log/auth.log", "Jan 1 00:00:01 h sshd[1]: x\n");
    const logs = await find();
    assert.deepEqual(Object.keys(datasets(logs)), ["var/log/syslog", "var/log/auth.log"]);
    assert.equal(logs.passedOver[0]?.why, "same messages");
  });

  describe("the journal", () => {
    const journal = "var/log/journal/0123456789abcdef0123456789abcdef";

    it("is not there", async () => {
      const { journal: found } = await find({ run: () => Promise.reject(new Error("not to be called")) });
      assert.equal(found.usable, false);
      assert.equal(found.taken, false);
      assert.match(found.reason, /no journal files/);
    });

    it("is taken where no syslog daemon writes files", async () => {
      put(`${journal}/system.journal`, "LPKSHHRH");
      put("var/log/auth.log", "old\n");
      age("var/log/auth.log", 30);
      put("var/log/nginx/access.log", "x\n");
      const logs = await find();
      assert.deepEqual(logs.journal, { usable: true, reason: "", partial: false, taken: true });
      assert.deepEqual(Object.keys(datasets(logs)), ["var/log/nginx/access.log"]);
      assert.deepEqual(
        logs.passedOver.map(({ why }) => why),
        ["same messages"],
      );
    });

    it("is left where the syslog daemon writes what may be read", async () => {
      put(`${journal}/system.journal`, "LPKSHHRH");
      put("var/log/syslog", "x\n");
      const logs = await find();
      assert.equal(logs.journal.taken, false);
      assert.equal(logs.journal.usable, true);
      assert.match(logs.journal.reason, /files/);
    });

    it("is taken where those files may not be read", async () => {
      put(`${journal}/system.journal`, "LPKSHHRH");
      put("var/log/syslog", "x\n", 0o600);
      const logs = await find({ reader: { ...alice, uid: 4000 }, files: filesOf({ ...alice, uid: 4000 }) });
      assert.equal(logs.journal.taken, true);
    });

    it("shows a part, or nothing, to who is not in its group", async function () {
      if (process.getuid?.() !== 0) this.skip();
      put(`${journal}/system.journal`, "LPKSHHRH", 0o640, 101);
      const closed = await find();
      assert.equal(closed.journal.usable, false);
      assert.match(closed.journal.remedy ?? "", /usermod -aG systemd-journal alice/);
      put(`${journal}/user-1000.journal`, "LPKSHHRH");
      const partial = await find();
      assert.equal(partial.journal.usable, true);
      assert.equal(partial.journal.partial, true);
      assert.match(partial.journal.remedy ?? "", /systemd-journal/);
    });

    it("is not usable without journalctl, or when that fails", async () => {
      put(`${journal}/system.journal`, "LPKSHHRH");
      const none = await find({ run: () => Promise.resolve({ code: undefined, stderr: "" }) });
      assert.match(none.journal.reason, /journalctl/);
      const failing = await find({ run: () => Promise.resolve({ code: 1, stderr: "Failed to open\nmore" }) });
      assert.equal(failing.journal.usable, false);
      assert.equal(failing.journal.reason, "journalctl fails: Failed to open");
    });
  });

  it("takes no more files than it may", async () => {
    for (let i = 0; i < 5; i++) put(`var/log/a${i}/x.log`, "x\n");
    const logs = await find({ maxFiles: 3 });
    assert.equal(logs.taken.length, 3);
    assert.deepEqual(
      logs.passedOver.map(({ why }) => why),
      ["too many", "too many"],
    );
  });

  it("finds the logs of this machine without an error", async () => {
    const logs = await findHostLogs();
    for (const { path } of logs.taken) assert.match(path, /^\//);
  });
});

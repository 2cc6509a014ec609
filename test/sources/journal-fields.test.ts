import assert from "node:assert/strict";
import { Event } from "../../src/event/event.ts";
import type { StoredTree } from "../../src/event/value.ts";
import { adoptJournalEntry } from "../../src/sources/journal-fields.ts";

function adopt(entry: StoredTree): { event: Event; message: string | undefined; fields: Record<string, unknown> } {
  const event = new Event(0, {});
  const message = adoptJournalEntry(entry, event);
  return { event, message, fields: JSON.parse(JSON.stringify(event.toObject())) as Record<string, unknown> };
}

describe("fields of a journal entry", () => {
  it("become ECS fields", () => {
    const { message, fields } = adopt({
      __CURSOR: "s=1",
      __REALTIME_TIMESTAMP: "1795404548123456",
      __MONOTONIC_TIMESTAMP: "1",
      __SEQNUM: "7",
      _SOURCE_REALTIME_TIMESTAMP: "1795404548123000",
      MESSAGE: "Accepted publickey",
      PRIORITY: "3",
      SYSLOG_FACILITY: "10",
      SYSLOG_IDENTIFIER: "sshd",
      SYSLOG_PID: "812",
      _HOSTNAME: "web-1",
      _MACHINE_ID: "f00d",
      _BOOT_ID: "b007",
      _PID: "812",
      _UID: "0",
      _GID: "0",
      _COMM: "sshd",
      _EXE: "/usr/sbin/sshd",
      _CMDLINE: 'sshd: "maria [priv]" -x',
      _SYSTEMD_UNIT: "ssh.service",
      _TRANSPORT: "syslog",
      MY_FIELD: "mine",
    });
    assert.equal(message, "Accepted publickey");
    assert.deepEqual(fields, {
      "@timestamp": "2026-11-23T03:29:08.123456Z",
      log: {
        level: "error",
        syslog: {
          appname: "sshd",
          facility: { code: 10 },
          priority: 3,
          procid: "812",
          severity: { code: 3, name: "error" },
        },
      },
      host: { hostname: "web-1", id: "f00d", boot: { id: "b007" } },
      process: {
        pid: 812,
        name: "sshd",
        executable: "/usr/sbin/sshd",
        command_line: 'sshd: "maria [priv]" -x',
        args: ["sshd:", '"maria [priv]"', "-x"],
        args_count: 3,
      },
      user: { id: "0", group: { id: "0" } },
      systemd: { unit: "ssh.service", transport: "syslog" },
      journald: {
        host: { boot_id: "b007" },
        pid: 812,
        uid: 0,
        gid: 0,
        process: { name: "sshd", executable: "/usr/sbin/sshd", command_line: 'sshd: "maria [priv]" -x' },
        custom: { my_field: "mine" },
      },
    });
  });

  it("tell who logged in from whom the process runs as, and the process that is meant", () => {
    const { fields } = adopt({
      _UID: "0",
      _GID: "0",
      _AUDIT_LOGINUID: "1000",
      _PID: "1",
      _COMM: "systemd",
      OBJECT_PID: "77",
      OBJECT_COMM: "worker",
    });
    assert.deepEqual(fields["user"], { id: "1000", effective: { id: "0", group: { id: "0" } } });
    assert.deepEqual(fields["process"], { pid: 77, name: "worker" });
  });

  it("read texts with line feeds and bytes, and fields that are there several times", () => {
    assert.equal(adopt({ MESSAGE: [116, 119, 111, 10, 195, 182, 255] }).message, "two\nö\ufffd");
    assert.equal(adopt({ MESSAGE: ["one", [116, 119, 111]] }).message, "one\ntwo");
    assert.equal(adopt({ MESSAGE: null }).message, undefined);
    assert.equal(adopt({}).message, undefined);
    const { fields } = adopt({ FOO: ["1", "2"], __PROTO__: "x", SYSLOG_PID: "12,root", PRIORITY: "high" });
    assert.deepEqual(fields["journald"], { custom: { foo: ["1", "2"], proto__: "x" } });
    assert.deepEqual(fields["log"], {
      syslog: { procid: "12,root", priority: "high", severity: { code: "high" } },
    });
  });

  it("are bounded, and it is said", () => {
    const entry: StoredTree = { BIG: "x".repeat(100_000) };
    for (let i = 0; i < 500; i++) entry[`F${i}`] = "1";
    const { fields, event } = adopt(entry);
    const custom = (fields["journald"] as { custom: Record<string, string> }).custom;
    assert.equal(Object.keys(custom).length, 200);
    assert.equal(custom["big"]?.length, 32 * 1024);
    assert.deepEqual(event.fields["tags"], ["_journald_fields_left_out"]);
  });

  it("keep the time of reading where an entry has none", () => {
    for (const time of [undefined, "x", "99999999999999999999", null]) {
      const entry: StoredTree = time === undefined ? {} : { __REALTIME_TIMESTAMP: time };
      assert.equal(adopt(entry).event.timestamp, undefined);
    }
  });
});

import assert from "node:assert/strict";
import { StackTraces } from "../../src/tail/stack-traces.ts";

/** Lines as events: each element of a group begins where the one before it ends. */
function events(text: string): string[] {
  const traces = new StackTraces();
  const found: string[][] = [];
  for (const line of text.replace(/^\n/, "").replace(/\n$/, "").split("\n")) {
    const last = found.at(-1);
    if (last !== undefined && traces.continues(line)) last.push(line);
    else {
      traces.begin(line);
      found.push([line]);
    }
  }
  return found.map((lines) => lines.join("\n"));
}

const BEFORE = "2026-11-23 10:00:00 INFO started";
const AFTER = "2026-11-23 10:00:01 INFO goes on";

const TRACES: Readonly<Record<string, string>> = {
  Java: `
Exception in thread "main" java.lang.IllegalStateException: A book has a null property
	at com.example.Author.getBookIds(Author.java:38)
	at com.example.Bootstrap.main(Bootstrap.java:14)
Caused by: java.lang.NullPointerException
	at com.example.Book.getId(Book.java:22)
	... 1 more
	Suppressed: java.lang.Exception: closing
		at com.example.Book.close(Book.java:30)`,
  "Java behind a line of the log": `
2026-11-23 10:00:00 ERROR [main] c.e.Web - request failed
java.sql.SQLException: no connection
	at com.example.Pool.get(Pool.java:7)
Caused by: java.net.ConnectException: refused
	... 12 common frames omitted`,
  Python: `
2026-11-23 10:00:00 ERROR division failed
Traceback (most recent call last):
  File "/app/a.py", line 3, in <module>
    1 / 0
    ~~^~~
ZeroDivisionError: division by zero

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/app/a.py", line 5, in <module>
    raise ValueError("x")
ValueError: x`,
  "Python alone": `
Traceback (most recent call last):
  File "a.py", line 1, in <module>
    import nothing
ModuleNotFoundError: No module named 'nothing'`,
  Go: `
panic: runtime error: invalid memory address or nil pointer dereference
[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x47f2a5]

goroutine 1 [running]:
main.(*Server).handle(0xc000010000, {0x4a0b60, 0xc00001e0a8})
	/app/main.go:12 +0x25
main.main()
	/app/main.go:7 +0x1d
created by net/http.(*Server).Serve in goroutine 5
	/usr/local/go/src/net/http/server.go:3086 +0x5cb
exit status 2`,
  Node: `
TypeError: Cannot read properties of undefined (reading 'id')
    at handle (/app/server.js:10:15)
    at process.processTicksAndRejections (node:internal/process/task_queues:95:5) {
  code: 'E_ID',
  [cause]: Error: deeper
      at other (/app/other.js:1:1)
}`,
  "Node, uncaught": `
/app/server.js:10
  throw new Error("boom");
        ^

Error: boom
    at Object.<anonymous> (/app/server.js:10:9)

Node.js v20.19.0`,
  ".NET": `
System.InvalidOperationException: could not save
 ---> System.IO.IOException: disk full
   at App.Store.Write(String path) in /src/Store.cs:line 12
   --- End of inner exception stack trace ---
   at App.Program.Main(String[] args) in /src/Program.cs:line 5`,
  Ruby: `
app.rb:3:in \`divide': divided by 0 (ZeroDivisionError)
	from app.rb:3:in \`divide'
	from app.rb:6:in \`<main>'`,
  PHP: `
PHP Fatal error:  Uncaught Exception: no user in /app/index.php:3
Stack trace:
#0 /app/index.php(7): load()
#1 {main}
  thrown in /app/index.php on line 3`,
};

describe("stack traces", () => {
  for (const [name, trace] of Object.entries(TRACES))
    it(`${name}: one event, and the lines around it are their own`, () => {
      assert.deepEqual(events(`${BEFORE}${trace}\n${AFTER}`), [BEFORE, trace.trimStart(), AFTER]);
    });

  it("ordinary lines are events of their own", () => {
    const lines = [
      '10.0.0.1 - - [23/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 12',
      "Nov 23 10:00:00 host sshd[1]: Accepted publickey for root",
      '{"level":"error","msg":"x"}',
      "ERROR: disk is full",
      "ERROR: disk is still full",
      "",
      "func(x)",
      "#1 of 3",
      "level=error msg=failed",
      "main.go starts",
    ];
    assert.deepEqual(events(lines.join("\n")), lines);
  });
});

import assert from "node:assert/strict";
import { pathText, removeCommand, setCommand, setSecretCommand } from "../../../config/commands.ts";

describe("pulumi config lines", () => {
  const lines: readonly (readonly [string, string])[] = [
    [setCommand(["cloud"], "onebox"), "pulumi config set foobar:cloud onebox"],
    [setCommand(["tls", "validDays"], 90), "pulumi config set --path 'foobar:tls.validDays' 90"],
    // Without the type, `--path` would store a number or a boolean.
    [
      setCommand(["aws", "account"], "012"),
      "pulumi config set --type string --path 'foobar:aws.account' 012",
    ],
    [setCommand(["aws", "waf"], "true"), "pulumi config set --type string --path 'foobar:aws.waf' true"],
    [setCommand(["aws", "waf"], true), "pulumi config set --path 'foobar:aws.waf' true"],
    // A fraction stays text.
    [
      setCommand(["tls", "minimumVersion"], "1.2"),
      "pulumi config set --path 'foobar:tls.minimumVersion' 1.2",
    ],
    [setCommand(["domain"], "two words"), "pulumi config set foobar:domain 'two words'"],
    [setCommand(["domain"], "it's"), "pulumi config set foobar:domain 'it'\\''s'"],
    [setSecretCommand(["aws", "token"]), "pulumi config set --secret --path 'foobar:aws.token'"],
    [removeCommand(["servers", 2, "name"]), "pulumi config rm --path 'foobar:servers[2].name'"],
    [removeCommand(["a key"]), "pulumi config rm 'foobar:a key'"],
  ];
  for (const [line, expected] of lines) it(expected, () => assert.equal(line, expected));

  it("unusual names are quoted in paths", () => {
    assert.equal(pathText(["tags", "a.b", 0, 'say "x"']), 'foobar:tags["a.b"][0]["say \\"x\\""]');
  });
});

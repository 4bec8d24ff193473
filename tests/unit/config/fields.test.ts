import assert from "node:assert/strict";
import { hostNameMeant, hostNameText, isHostName, serverText } from "../../../config/fields.ts";

describe("a host name", () => {
  for (const name of [
    ...["www.foobar.com", "a.bc", "xn--e1afmkfd.xn--p1ai", "xn--mnchen-3ya.de", "shop.example.museum"],
    ...["1.example.com", "foo.c0m", "a--b.example", `${"x".repeat(63)}.example`],
  ])
    it(`may be ${name}`, () => {
      assert.ok(isHostName(name));
      assert.ok(hostNameText().safeParse(name).success);
    });

  for (const name of [
    ...[
      "",
      "com",
      "localhost",
      "Foobar.com",
      "münchen.de",
      "-a.example",
      "a-.example",
      "a..example",
      "a.example.",
    ],
    ...["192.0.2.1", "a.1", "under_score.example", "a b.example", `${"x".repeat(64)}.example`],
    ...["http://foobar.com", "foobar.com:443", "foobar.com/x", "[::1]", `${"a.".repeat(130)}example`],
  ])
    it(`may not be ${JSON.stringify(name.slice(0, 30))}`, () => {
      assert.ok(!isHostName(name));
      assert.ok(!hostNameText().safeParse(name).success);
    });

  it("in another spelling is told in the one to use", () => {
    assert.equal(hostNameMeant("münchen.de"), "xn--mnchen-3ya.de");
    assert.equal(hostNameMeant("пример.рф"), "xn--e1afmkfd.xn--p1ai");
    assert.equal(hostNameMeant("WWW.Foobar.com"), "www.foobar.com");
    for (const none of ["Foobar", "www.foobar.com", "", "a b.de"])
      assert.equal(hostNameMeant(none), null, none);
    const { error } = hostNameText().safeParse("münchen.de");
    assert.equal(error?.issues[0]?.message, "must be written as xn--mnchen-3ya.de");
  });
});

describe("a server and its port", () => {
  const takes = (text: string) => serverText("mail.example.com:587").safeParse(text).success;

  it("is a name of any top level, or this machine's loopback, with a port", () => {
    for (const text of ["mail.example.com:587", "xn--e1afmkfd.xn--p1ai:1", "localhost:25", "127.0.0.1:65535"])
      assert.ok(takes(text), text);
    for (const text of [
      "mail.example.com",
      "mail.example.com:0",
      "mail.example.com:65536",
      "a.example:07",
      ":25",
    ])
      assert.ok(!takes(text), text);
  });
});

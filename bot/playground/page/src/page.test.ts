import assert from "node:assert/strict";
import test from "node:test";
import { offer } from "./complete.ts";
import { reduce, replies, roots, threadKey, type Model } from "./model.ts";
import { drawable } from "./shims.ts";
import { richText } from "./text.ts";
import type { Command, Message, PageState, User } from "./wire.ts";

const bot: User = { id: "UB", name: "jirei", display_name: "jirei", is_bot: true, locale: "ja-JP" };
const sato: User = { id: "U1", name: "sato", display_name: "佐藤", is_bot: false, locale: "ja-JP" };
const people = [sato, bot];
const commands: Command[] = [{ command: "/jirei", usage: "[語句]", description: "", completions: [
  { text: "製造業", hint: "" }, { text: "被害有", hint: "" }, { text: "製造業 被害有 ★2", hint: "" }] }];
const offered = (text: string) => offer(text, text.length, commands, people);
const labels = (text: string) => offered(text).items.map((i) => i.label);

test("richText", async (t) => {
  const read = (text: string) => (richText(text).elements[0].elements as any[]).map((e) => e.text ?? e.user_id ?? e.channel_id ?? e.range);
  const cases: [string, string, string[]][] = [
    ["mention and text", "<@UB> です", ["UB", " です"]],
    ["link with a label", "<https://a.example/?a=1&amp;b=2|資料>", ["資料"]],
    ["escaped markup is text", "&lt;!channel&gt; &amp;lt;", ["<!channel> &lt;"]],
    ["styles", "*太字* `x` ~消~", ["太字", " ", "x", " ", "消"]],
    ["a star between words is a star", "2*3*4", ["2*3*4"]],
    ["no script links", "<javascript:alert(1)|x>", ["<javascript:alert(1)|x>"]],
  ];
  for (const [name, text, want] of cases) await t.test(name, () => assert.deepEqual(read(text), want));
});

test("offer", async (t) => {
  const cases: [string, string, string[]][] = [
    ["people after @, the bot first", "@", ["@jirei", "@sato"]],
    ["people by display name", "こんにちは @佐", ["@sato"]],
    ["nobody inside an address", "mail@s", []],
    ["commands", "/j", ["/jirei [語句]"]],
    ["all arguments after the space", "/jirei ", ["製造業", "被害有", "製造業 被害有 ★2"]],
    ["the whole argument or its last word", "/jirei 製造業 被", ["被害有", "製造業 被害有 ★2"]],
    ["nothing for plain text", "製造業", []],
  ];
  for (const [name, text, want] of cases) await t.test(name, () => assert.deepEqual(labels(text), want));
  await t.test("a complete command is sent by Enter", () => assert.equal(offered("/jirei").eager, false));
  await t.test("an argument is sent by Enter", () => assert.equal(offered("/jirei 製").eager, false));
});

test("drawable", async (t) => {
  const section = { type: "section", block_id: "b", text: { type: "mrkdwn", text: "*a* &lt;!here&gt;", verbatim: true },
    accessory: { type: "button", action_id: "go", text: { type: "plain_text", text: "x" }, url: "https://a.example", confirm: {} } };
  const original = structuredClone(section);
  const { blocks, spots } = drawable([section, section], "p");
  const copy = blocks[0] as any;
  await t.test("leaves the original alone", () => assert.deepEqual(section, original));
  await t.test("drops verbatim", () => assert.equal("verbatim" in copy.text, false));
  await t.test("disarms escaped mentions", () => assert.doesNotMatch(copy.text.text, /<!here/));
  await t.test("takes url and confirm out", () => assert.deepEqual([copy.accessory.url, copy.accessory.confirm], [undefined, undefined]));
  await t.test("gives equal actions unequal ids", () => assert.equal(new Set(spots.keys()).size, 2));
  await t.test("finds the original again", () => assert.equal(spots.get(copy.accessory.action_id)?.element.url, "https://a.example"));
  await t.test("a citation becomes a link", () => {
    const rich = { type: "rich_text", elements: [{ type: "rich_text_section", elements: [{ type: "citation", url: "https://a.example/p/7", text: "p.7", index: 1 }] }] };
    assert.deepEqual((drawable([rich], "p").blocks[0] as any).elements[0].elements[0], { type: "link", url: "https://a.example/p/7", text: "p.7" });
  });
  await t.test("a block inside a container keeps its block_id", () => {
    const container = { type: "container", block_id: "outer", child_blocks: [section] };
    assert.equal([...drawable([container], "p").spots.values()][0]!.block.block_id, "b");
  });
});

test("reduce", async (t) => {
  const page = { me: sato, users: people, messages: { C1: [] } } as unknown as PageState;
  const start = reduce(null, { type: "loaded", page })!;
  const away = { channel: "C2", thread: "" };
  const arrive = (model: Model, message: Partial<Message>, type: "message" | "changed" | "deleted" | "ephemeral" = "message") =>
    reduce(model, { type: "event", event: { type, channel: "C1", message: message as Message }, looking: away })!;
  const asked = arrive(start, { ts: "1.1", user: "U1", text: "q" });
  const answered = arrive(asked, { ts: "2.1", thread_ts: "1.1", user: "UB", text: "a" });
  const list = (m: Model) => m.page.messages.C1!;
  await t.test("one's own message is not unread", () => assert.deepEqual(asked.unread, {}));
  await t.test("an answer elsewhere is unread, channel and thread", () => assert.deepEqual(answered.unread, { C1: true, [threadKey("C1", "1.1")]: true }));
  await t.test("a repeated message is one message", () => assert.equal(list(arrive(answered, { ts: "2.1", thread_ts: "1.1", user: "UB", text: "a" })).length, 2));
  await t.test("a reply is not a root", () => assert.deepEqual([roots(list(answered)).length, replies(list(answered), "1.1").length], [1, 1]));
  await t.test("a status lasts until the server takes it back", () => {
    const status = (model: Model, text: string) => reduce(model, { type: "event", event: { type: "status", channel: "C1", thread_ts: "1.1", text }, looking: away })!;
    const busy = status(asked, "…"), key = threadKey("C1", "1.1");
    assert.deepEqual([busy.status[key], arrive(busy, { ts: "2.1", thread_ts: "1.1", user: "UB" }).status[key], status(busy, "").status[key]], ["…", "…", ""]);
  });
  await t.test("a broadcast reply is in the channel too", () => assert.equal(roots(list(arrive(asked, { ts: "2.1", thread_ts: "1.1", user: "UB", broadcast: true }))).length, 2));
  await t.test("the same view loaded again is the same object", () => {
    const view = { id: "V1", hash: "h", type: "modal", title: "t" };
    const opened = reduce(start, { type: "loaded", page: { ...page, view } })!;
    const again = (hash: string) => reduce(opened, { type: "loaded", page: { ...page, view: { ...view, hash } } })!.view;
    assert.deepEqual([again("h") === opened.view, again("h2") === opened.view], [true, false]);
  });
  await t.test("a deleted root with replies leaves a stone", () => assert.equal(list(arrive(answered, { ts: "1.1" }, "deleted"))[0]!.deleted, true));
  await t.test("a deleted reply is gone", () => assert.equal(list(arrive(answered, { ts: "2.1" }, "deleted")).length, 1));
  await t.test("a change of an unknown message adds nothing", () => assert.equal(list(arrive(asked, { ts: "9.9", user: "UB" }, "changed")).length, 1));
});

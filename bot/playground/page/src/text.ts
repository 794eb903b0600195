// text.ts — Slack's message text in both directions. A message without blocks is turned into a rich_text block,
// so that one renderer draws everything and nothing typed by a user is ever parsed as Markdown.
import type { Block, Json, User } from "./wire.ts";

// encode makes what Slack's client would send: & < > escaped first, so that only our own mentions are live.
export function encode(text: string, people: User[]): string {
  let out = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const names = people.flatMap((p) => [p.name, p.display_name].filter(Boolean).map((name) => ({ name, id: p.id })));
  names.sort((a, b) => b.name.length - a.name.length); // 「@jirei」 must not win over 「@jirei-test」
  for (const { name, id } of names) {
    // Japanese is written without spaces: 「@jireiを」 is a mention, 「@jirei2」 and 「mail@jirei」 are not.
    const mention = new RegExp(`(?<![\\w.])[@＠]${name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?![A-Za-z0-9_.-])`, "g");
    out = out.replace(mention, `<@${id}>`);
  }
  return out;
}

const unescape = (s: string) => s.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

const token = /<([@#!])([^>|]*)(?:\|([^>]*))?>|<((?:https?|mailto):[^>|]*)(?:\|([^>]*))?>|```([\s\S]+?)```|`([^`\n]+)`|(?<![\w*])\*([^*\n]+)\*(?![\w*])|(?<![\w~])~([^~\n]+)~(?![\w~])/g;

// richText reads the subset of mrkdwn that people type: mentions, links, code, bold, strike.
export function richText(text: string): Block {
  const elements: Json[] = [];
  const say = (s: string, style?: Json) => { if (s) elements.push({ type: "text", text: unescape(s), ...(style && { style }) }); };
  let from = 0;
  for (const m of text.matchAll(token)) {
    say(text.slice(from, m.index));
    from = m.index + m[0].length;
    const [, sigil, name = "", label, url, linked, pre, code, bold, strike] = m;
    if (sigil === "@") elements.push({ type: "user", user_id: name });
    else if (sigil === "#") elements.push({ type: "channel", channel_id: name });
    else if (sigil === "!" && /^(here|channel|everyone)$/.test(name)) elements.push({ type: "broadcast", range: name });
    else if (sigil === "!") say(label ?? m[0]);
    else if (url) elements.push({ type: "link", url: unescape(url), text: unescape(linked ?? url) });
    else if (pre) say(pre.replace(/^\n/, ""), { code: true });
    else if (code) say(code, { code: true });
    else if (bold) say(bold, { bold: true });
    else if (strike) say(strike, { strike: true });
  }
  say(text.slice(from));
  return { type: "rich_text", elements: [{ type: "rich_text_section", elements }] };
}

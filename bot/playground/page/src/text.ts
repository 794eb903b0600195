// text.ts — Slack's message text. A message without blocks is turned into a rich_text block, so that one renderer draws
// everything and nothing typed by a user is ever parsed as Markdown. The way back is the server's: it gets what was typed.
import type { Block, Json } from "./wire.ts";

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

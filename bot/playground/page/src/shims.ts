// shims.ts — a copy of the blocks, changed where slack-blocks-to-jsx draws something other than Slack does.
// Each function says what the renderer does wrong; delete it when a release no longer does.
import type { Block, Element, Json } from "./wire.ts";

// Spot is where an action_id of the copy came from: what is sent when it is clicked.
export interface Spot { block: Block; element: Element }

// U+2060 (word joiner) shows nothing and breaks the renderer's patterns.
const joiner = "\u2060";

// drawable returns the copy and the index of its action ids. The copy's ids are `prefix-N`: the renderer writes them into the
// DOM as element ids, where one action_id under twenty messages would be twenty equal ids.
export function drawable(blocks: Block[], prefix: string): { blocks: Block[]; spots: Map<string, Spot> } {
  const spots = new Map<string, Spot>();
  let n = 0;
  const walk = (node: any, block: Block | null): any => {
    if (Array.isArray(node)) return node.map((item) => walk(item, block));
    if (!node || typeof node !== "object") return node;
    if (node.type === "mrkdwn" || node.type === "plain_text") return textObject(node);
    if (node.type === "citation") return citation(node);
    const here = block && !nested.has(node.type) ? block : node;
    const copy: Json = {};
    for (const [key, value] of Object.entries(node)) copy[key] = walk(value, here);
    if (typeof node.action_id === "string" || node.type === "button") {
      copy.action_id = `${prefix}-${n++}`;
      spots.set(copy.action_id, { block: here, element: node });
      delete copy.confirm; // its dialog calls nobody back and speaks English: blocks.tsx asks instead
      delete copy.url;     // it opens the window with an opener: blocks.tsx opens it without
    }
    if (typeof node.block_id === "string") copy.block_id = `${prefix}-b${n++}`;
    return slackFile(copy);
  };
  return { blocks: blocks.map((block) => walk(block, null)), spots };
}

// Blocks inside blocks keep their own block_id in an action.
const nested = new Set(["section", "actions", "context", "context_actions", "card", "rich_text", "image", "input", "divider", "header", "task_card", "table", "markdown"]);

function textObject(node: Json): Json {
  const copy = { ...node };
  // verbatim:true only means "do not link bare names" to Slack; the renderer prints the mrkdwn raw.
  delete copy.verbatim;
  // The renderer turns &lt; into < before it parses, so an escaped <!channel> would come alive on the page.
  copy.text = String(node.text ?? "").replaceAll("&lt;", "<" + joiner).replaceAll("&gt;", joiner + ">").replaceAll("&amp;", "&" + joiner);
  return copy;
}

// A citation is dropped in silence; Slack shows its number as a small link.
function citation(node: Json): Json {
  const name = node.text || node.title || node.citation_metadata?.title || node.url;
  return { type: "link", url: node.url, text: String(name) };
}

// slack_file is shown as a broken image; the playground serves uploaded files itself.
function slackFile(copy: Json): Json {
  if (copy.type === "image" && copy.slack_file && !copy.image_url) {
    copy.image_url = copy.slack_file.id ? `/files/${copy.slack_file.id}` : copy.slack_file.url;
    delete copy.slack_file;
  }
  return copy;
}

// safeURL is the address if a click may open it, else "": an address comes from a message, a script must not.
export function safeURL(url: unknown): string {
  if (typeof url !== "string") return "";
  try {
    const { protocol } = new URL(url, location.href);
    return protocol === "http:" || protocol === "https:" || protocol === "mailto:" ? url : "";
  } catch {
    return "";
  }
}

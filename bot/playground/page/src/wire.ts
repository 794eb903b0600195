// wire.ts — what the page and the playground's server say to each other: JSON over the same origin,
// one Server-Sent Events stream per user. Names and shapes are the server's; nothing here is Slack's own API.

export interface User { id: string; name: string; display_name: string; is_bot: boolean; locale: string }

export interface Message {
  ts: string; thread_ts?: string; user: string; text: string; blocks?: Block[] | null;
  ephemeral?: boolean; edited?: boolean; deleted?: boolean; broadcast?: boolean; streaming?: boolean; reactions?: string[] | null;
  unfurls?: { url: string; blocks: Block[] }[] | null; // previews of its links
}

export interface Channel { id: string; name: string; kind: "channel" | "im"; bot_member: boolean; topic?: string; archived?: boolean }

export interface Completion { text: string; hint: string }
export interface Command { command: string; usage: string; description: string; completions?: Completion[] | null }
export interface Shortcut { callback_id: string; name: string; message: boolean } // on a message; else global
export interface Prompt { title: string; message: string }

// View is the view on top of the user's stack; depth counts from 1.
export interface View {
  id: string; type: string; title: string; submit?: string; close?: string; blocks?: Block[] | null;
  callback_id?: string; hash?: string; errors?: Record<string, string> | null; depth?: number;
  state?: Values | null;
}

export interface PageState {
  team: { id: string; name: string }; me: User; users: User[]; bot: User;
  channels: Channel[]; commands: Command[]; connected: boolean;
  messages: Record<string, Message[] | null>; view: View | null;
  home?: View | null;            // the Home tab, once the bot has published it
  examples?: string[] | null;    // questions for the first visit; none, no hint
  prompts?: Prompt[] | null;     // what the bot suggests in the direct message
  shortcuts?: Shortcut[] | null; // of the app's manifest; none, no menu entries
  statuses?: { channel: string; thread_ts: string; text: string }[] | null;
}

// Block Kit is open-ended and the renderer's own types lag behind it, so a block is its JSON.
export type Json = Record<string, any>;
export type Block = Json & { type: string; block_id?: string };
export type Element = Json & { type: string; action_id?: string };

// Value is one element's entry in Slack's view.state.values.
export interface Option { text: { type: string; text: string }; value?: string; description?: { text: string }; url?: string }
export interface Value {
  type: string; value?: string | null; selected_option?: Option | null; selected_options?: Option[];
  selected_conversation?: string | null; selected_channel?: string | null; selected_user?: string | null;
  selected_conversations?: string[]; selected_channels?: string[]; selected_users?: string[];
  selected_date?: string | null; selected_time?: string | null; selected_date_time?: number | null;
}
export type Values = Record<string, Record<string, Value>>;

export interface Event {
  type: "message" | "changed" | "deleted" | "ephemeral" | "view" | "home" | "view_closed" | "status" | "connected" | "channel" | "prompts";
  channel?: string; message?: Message; ts?: string; view?: View | null;
  thread_ts?: string; text?: string; connected?: boolean; prompts?: Prompt[];
}

// load without a user is the first person's state.
export async function load(user: string): Promise<PageState> {
  let answer = await fetch("/page/state?user=" + encodeURIComponent(user), { cache: "no-store" });
  // The browser may remember somebody who is not in this workspace.
  if (answer.status === 400 && user) answer = await fetch("/page/state", { cache: "no-store" });
  if (!answer.ok) throw new Error(`/page/state: ${answer.status}`);
  return answer.json();
}

// post resolves to "" or to the error's name, with what it is about: a refused action is something to show, never an exception.
export async function post(path: string, body: Json): Promise<string> {
  try {
    const answer = await fetch("/page/" + path, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
    });
    const said = await answer.json().catch(() => null);
    if (said?.ok) return "";
    return said?.error ? said.error + (said.why ? `: ${said.why}` : "") : `${answer.status} ${answer.statusText}`;
  } catch (err) {
    return String(err instanceof Error ? err.message : err);
  }
}

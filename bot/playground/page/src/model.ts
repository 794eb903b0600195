// model.ts — what the page knows, and how each thing that happens changes it. Pure: app.tsx does the talking.
import type { Event, Message, PageState, View } from "./wire.ts";

export interface Model {
  page: PageState;
  view: View | null;
  status: Record<string, string>;  // threadKey → "jirei が…"
  unread: Record<string, boolean>; // channel id, or threadKey of a thread that grew while it was closed
}

export const threadKey = (channel: string, thread: string) => `${channel}/${thread}`;
export const threadOf = (m: Message) => (m.thread_ts && m.thread_ts !== m.ts ? m.thread_ts : "");

export type Change =
  | { type: "loaded"; page: PageState }
  | { type: "event"; event: Event; looking: { channel: string; thread: string } }
  | { type: "seen"; key: string }
  | { type: "dismissed"; channel: string; ts: string }
  | { type: "view"; view: View | null };

export function reduce(model: Model | null, change: Change): Model | null {
  if (change.type === "loaded") {
    const status = Object.fromEntries((change.page.statuses ?? []).map((s) => [threadKey(s.channel, s.thread_ts), s.text]));
    // The same view loaded again must stay the same object: a form that is being filled in would start over.
    const next = change.page.view ?? null, same = next && model?.view?.id === next.id && model.view.hash === next.hash;
    return { page: change.page, view: same ? model.view : next, status, unread: model?.page.me.id === change.page.me.id ? model.unread : {} };
  }
  if (!model) return model;
  switch (change.type) {
    case "view": return { ...model, view: change.view };
    case "seen": return model.unread[change.key] ? { ...model, unread: { ...model.unread, [change.key]: false } } : model;
    case "dismissed": return edit(model, change.channel, (list) => list.filter((m) => m.ts !== change.ts));
    case "event": return happened(model, change.event, change.looking);
  }
}

function happened(model: Model, event: Event, looking: { channel: string; thread: string }): Model {
  const { channel = "", message } = event;
  switch (event.type) {
    case "connected": return { ...model, page: { ...model.page, connected: event.connected ?? true } };
    case "prompts": return { ...model, page: { ...model.page, prompts: event.prompts ?? [] } };
    case "view": return { ...model, view: event.view ?? null };
    case "home": return { ...model, page: { ...model.page, home: event.view ?? null } };
    case "status": return { ...model, status: { ...model.status, [threadKey(channel, event.thread_ts ?? "")]: event.text ?? "" } };
    case "deleted": {
      const ts = message?.ts ?? event.ts;
      return edit(model, channel, (list) => list.flatMap((m) => (m.ts !== ts ? [m] : hasReplies(list, m.ts) ? [{ ...m, deleted: true }] : [])));
    }
    case "changed": return message ? edit(model, channel, (list) => (list.some((m) => m.ts === message.ts) ? put(list, message) : list)) : model;
    case "message": case "ephemeral": {
      if (!message) return model;
      const next = edit(model, channel, (list) => put(list, event.type === "ephemeral" ? { ...message, ephemeral: true } : message));
      return message.user === model.page.me.id ? next : noticed(next, channel, message, looking);
    }
    default: return model;
  }
}

// noticed: somebody else wrote; it is unread unless one is looking at it.
function noticed(model: Model, channel: string, message: Message, looking: { channel: string; thread: string }): Model {
  const thread = threadOf(message);
  const unread = { ...model.unread };
  if (looking.channel !== channel) unread[channel] = true;
  if (thread && !(looking.channel === channel && looking.thread === thread)) unread[threadKey(channel, thread)] = true;
  return { ...model, unread };
}

function edit(model: Model, channel: string, change: (list: Message[]) => Message[]): Model {
  const messages = { ...model.page.messages, [channel]: change(model.page.messages[channel] ?? []) };
  return { ...model, page: { ...model.page, messages } };
}

// put replaces the message with the same ts, or inserts it: the stream may repeat what /page/state already had.
function put(list: Message[], message: Message): Message[] {
  const at = list.findIndex((m) => m.ts === message.ts);
  if (at >= 0) return list.with(at, message);
  return [...list, message].sort((a, b) => Number(a.ts) - Number(b.ts));
}

const hasReplies = (list: Message[], ts: string) => list.some((m) => threadOf(m) === ts);

// roots are what the channel shows: no replies, unless sent to the channel as well.
export const roots = (list: Message[]) => list.filter((m) => (!threadOf(m) || m.broadcast) && (!m.deleted || hasReplies(list, m.ts)));
export const replies = (list: Message[], ts: string) => list.filter((m) => threadOf(m) === ts && !m.deleted);

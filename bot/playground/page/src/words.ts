// words.ts — what the page itself says, in Japanese and, for a user whose locale starts with "en", in English.
import { createContext, useContext } from "react";

const ja = {
  channels: "チャンネル", direct: "ダイレクトメッセージ", app: "アプリ", you: "（自分）", menu: "チャンネル一覧を開く", closeMenu: "チャンネル一覧を閉じる",
  switchUser: "操作する人を切り替える", connected: "接続中", disconnected: "未接続",
  botAway: "jirei はまだ接続していません。送ったメッセージは接続後に届きます。",
  lost: "サーバーとの接続が切れました。再接続しています…", loading: "読み込んでいます…", failed: "読み込めませんでした。サーバーが動いているか確かめて、ページを再読み込みしてください。",
  writeTo: (place: string) => `${place} へのメッセージ`, reply: "返信する…", send: "送信", sending: "送信中…",
  composerHint: "Enter で送信 ・ Shift+Enter で改行", suggestions: "候補",
  thread: "スレッド", replies: (n: number) => `${n}件の返信`, lastReply: (at: string) => `最終返信 ${at}`, replyInThread: "スレッドで返信する",
  closeThread: "スレッドを閉じる", newReply: "新しい返信",
  onlyYou: "あなただけに表示されています", edited: "（編集済み）", deleted: "このメッセージは削除されました",
  today: "今日", yesterday: "昨日", startOf: (place: string) => `ここが ${place} の始まりです。`, startOfDM: (name: string) => `${name} との会話の始まりです。質問をそのまま送ってください。`,
  examples: "質問の例", examplesLead: (bot: string) => `@${bot} に質問すると、根拠のページを添えて答えます。押すとこのチャンネルに送られます。`, dismiss: "閉じる",
  close: "閉じる", cancel: "キャンセル", ok: "OK", required: "入力してください", tooShort: (n: number) => `${n} 文字以上で入力してください`,
  optional: "（任意）", choose: "選択してください", more: "その他の操作", unsupported: (type: string) => `この部品（${type}）は表示できません`,
  notInChannel: (bot: string) => `${bot} はこのチャンネルにいません。`, invite: (bot: string) => `${bot} を追加`, inviteHint: "このチャンネルにアプリを追加する",
  noCommandInThread: "スラッシュコマンドはスレッドでは使えません。チャンネルの入力欄で打ってください。",
  working: "が考えています…", archived: "このチャンネルはアーカイブされています。", system: "システム", prompts: "たとえば",
  errors: { operation_timeout: "jirei が時間内に応答しませんでした。もう一度お試しください。", dispatch_failed: "jirei が接続していないため、届けられませんでした。",
    not_found: "この画面はもう閉じられています。", message_not_found: "このメッセージはもうありません。", no_such_action: "このボタンはもう使えません。", unknown_command: "そのスラッシュコマンドはありません。", is_archived: "このチャンネルはアーカイブされています。" } as Record<string, string>,
  unread: "未読あり", home: "ホーム", messages: "メッセージ", noHome: "ホームはまだありません。",
};

export type Words = typeof ja;

const en: Words = {
  channels: "Channels", direct: "Direct messages", app: "APP", you: " (you)", menu: "Open the channel list", closeMenu: "Close the channel list",
  switchUser: "Switch user", connected: "Connected", disconnected: "Not connected",
  botAway: "jirei is not connected yet. Messages arrive once it is.",
  lost: "Lost the connection to the server. Reconnecting…", loading: "Loading…", failed: "Could not load. Check that the server runs, then reload the page.",
  writeTo: (place) => `Message ${place}`, reply: "Reply…", send: "Send", sending: "Sending…",
  composerHint: "Enter to send · Shift+Enter for a new line", suggestions: "Suggestions",
  thread: "Thread", replies: (n) => (n === 1 ? "1 reply" : `${n} replies`), lastReply: (at) => `Last reply ${at}`, replyInThread: "Reply in thread",
  closeThread: "Close the thread", newReply: "New reply",
  onlyYou: "Only visible to you", edited: "(edited)", deleted: "This message was deleted",
  today: "Today", yesterday: "Yesterday", startOf: (place) => `This is the beginning of ${place}.`, startOfDM: (name) => `This is the beginning of your conversation with ${name}. Just ask.`,
  examples: "Example questions", examplesLead: (bot) => `Ask @${bot}: every answer names its page. A click sends the question to this channel.`, dismiss: "Dismiss",
  close: "Close", cancel: "Cancel", ok: "OK", required: "Please fill this in", tooShort: (n) => `At least ${n} characters, please`,
  optional: " (optional)", choose: "Choose…", more: "More actions", unsupported: (type) => `This element (${type}) cannot be shown`,
  notInChannel: (bot) => `${bot} is not in this channel.`, invite: (bot) => `Add ${bot}`, inviteHint: "Add an app to this channel",
  noCommandInThread: "Slash commands do not work in threads. Type it in the channel.",
  working: "is thinking…", archived: "This channel is archived.", system: "System", prompts: "For example",
  errors: { operation_timeout: "jirei did not answer in time. Please try again.", dispatch_failed: "jirei is not connected, so this did not reach it.",
    not_found: "This dialog is already closed.", message_not_found: "This message is gone.", no_such_action: "This button is no longer in use.", unknown_command: "There is no such slash command.", is_archived: "This channel is archived." },
  unread: "unread", home: "Home", messages: "Messages", noHome: "There is no Home yet.",
};

export const words = (locale: string): Words => (locale.toLowerCase().startsWith("en") ? en : ja);

export const Language = createContext<{ say: Words; locale: string }>({ say: ja, locale: "ja-JP" });
export const useLanguage = () => useContext(Language);

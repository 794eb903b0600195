// controls.tsx — the elements that hold a value: selects, inputs, pickers, overflow. slack-blocks-to-jsx draws them, but keeps
// their values to itself and tells nobody, so the page draws its own, on the browser's native controls.
import { createContext, useContext, useEffect, useRef, useState } from "react";
import type { Channel, Element, Json, Option, User, Value } from "./wire.ts";
import { useLanguage } from "./words.ts";

// Room is what pickers choose from, and the conversation one is in (default_to_current_conversation).
export interface Room { channels: Channel[]; users: User[]; current: string }
export const RoomContext = createContext<Room>({ channels: [], users: [], current: "" });

const holders = new Set(["plain_text_input", "email_text_input", "url_text_input", "number_input", "static_select", "external_select",
  "conversations_select", "channels_select", "users_select", "multi_static_select", "multi_external_select", "multi_conversations_select",
  "multi_channels_select", "multi_users_select", "radio_buttons", "checkboxes", "datepicker", "timepicker", "datetimepicker", "overflow",
  "file_input", "rich_text_input"]);
export const holdsValue = (element: Element | undefined) => !!element && holders.has(element.type);

// initial is the value that Slack would report for an untouched element.
export function initial(e: Element, room: Room): Value {
  switch (e.type) {
    case "static_select": case "radio_buttons": return { type: e.type, selected_option: e.initial_option ?? null };
    case "multi_static_select": case "checkboxes": return { type: e.type, selected_options: e.initial_options ?? [] };
    case "conversations_select": {
      const current = e.default_to_current_conversation ? room.current : "";
      return { type: e.type, selected_conversation: (e.initial_conversation ?? current) || null };
    }
    case "channels_select": return { type: e.type, selected_channel: e.initial_channel ?? null };
    case "users_select": return { type: e.type, selected_user: e.initial_user ?? null };
    case "multi_conversations_select": return { type: e.type, selected_conversations: e.initial_conversations ?? [] };
    case "multi_channels_select": return { type: e.type, selected_channels: e.initial_channels ?? [] };
    case "multi_users_select": return { type: e.type, selected_users: e.initial_users ?? [] };
    case "datepicker": return { type: e.type, selected_date: e.initial_date ?? null };
    case "timepicker": return { type: e.type, selected_time: e.initial_time ?? null };
    case "datetimepicker": return { type: e.type, selected_date_time: e.initial_date_time ?? null };
    default: return { type: e.type, value: e.initial_value ?? null };
  }
}

// empty tells whether a required input still wants something.
export const empty = (v: Value) =>
  Object.entries(v).every(([key, x]) => key === "type" || x === null || x === undefined || x === "" || (Array.isArray(x) && !x.length));

export interface ControlProps {
  element: Element; value: Value; id: string; disabled?: boolean; invalid?: boolean; describedBy?: string; label?: string;
  onChange(value: Value, done: boolean): void; // done: chosen or entered, not just typed so far
}

export function Control(props: ControlProps) {
  const { element: e } = props;
  switch (e.type) {
    case "plain_text_input": case "email_text_input": case "url_text_input": case "number_input": return <TextInput {...props} />;
    case "static_select": case "conversations_select": case "channels_select": case "users_select": return <Select {...props} />;
    case "multi_static_select": case "multi_conversations_select": case "multi_channels_select": case "multi_users_select":
    case "checkboxes": case "radio_buttons": return <Choices {...props} />;
    case "datepicker": case "timepicker": case "datetimepicker": return <Picker {...props} />;
    case "overflow": return <Overflow {...props} />;
    default: return <Unsupported type={e.type} />; // said, not hidden: a missing control must not look like a finished form
  }
}

function Unsupported({ type }: { type: string }) {
  const { say } = useLanguage();
  return <p className="unsupported">{say.unsupported(type)}</p>;
}

const shared = (p: ControlProps) => ({
  id: p.id, disabled: p.disabled, "data-action-id": p.element.action_id,
  "aria-invalid": p.invalid || undefined, "aria-describedby": p.describedBy, "aria-label": p.label,
});

function TextInput(p: ControlProps) {
  const { element: e } = p;
  const common = {
    ...shared(p), className: "field", value: p.value.value ?? "", placeholder: e.placeholder?.text ?? "", maxLength: e.max_length,
    onChange: (ev: { target: { value: string } }) => p.onChange({ type: e.type, value: ev.target.value || null }, false),
  };
  const entered = () => p.onChange(p.value, true);
  if (e.multiline) return <textarea {...common} rows={4} />;
  const type = e.type === "email_text_input" ? "email" : e.type === "url_text_input" ? "url" : "text";
  const enter = e.dispatch_action_config
    ? { onKeyDown: (ev: React.KeyboardEvent) => { if (ev.key === "Enter" && !ev.nativeEvent.isComposing) { ev.preventDefault(); entered(); } } } : {};
  return <input {...common} {...enter} type={type} inputMode={e.type === "number_input" ? "decimal" : undefined} />;
}

interface Choice { key: string; text: string; hint?: string; value: Json }
interface Group { label: string; choices: Choice[] }

const optionChoice = (o: Option, i: number): Choice => ({ key: `${i}:${o.value ?? ""}`, text: o.text.text, hint: o.description?.text, value: o as Json });

// groups lists what an element offers, and `field`, the name under which Slack reports the choice.
function groups(e: Element, room: Room): { field: string; groups: Group[] } {
  const kind = e.type.replace(/^multi_/, "");
  if (kind === "conversations_select" || kind === "channels_select") {
    const want: string[] | undefined = kind === "channels_select" ? ["public"] : e.filter?.include;
    const fits = (c: Channel) => !want || (c.kind === "im" ? want.includes("im") : want.includes("public") || want.includes("private"));
    const bots = e.filter?.exclude_bot_users;
    const choices = room.channels.filter((c) => fits(c) && !(bots && c.kind === "im"))
      .map((c) => ({ key: c.id, text: (c.kind === "im" ? "" : "# ") + c.name, value: c.id as unknown as Json }));
    return { field: kind === "channels_select" ? "channel" : "conversation", groups: [{ label: "", choices }] };
  }
  if (kind === "users_select") {
    const choices = room.users.map((u) => ({ key: u.id, text: u.display_name || u.name, value: u.id as unknown as Json }));
    return { field: "user", groups: [{ label: "", choices }] };
  }
  const of = (options: Option[] = []) => options.map(optionChoice);
  return { field: "option", groups: e.option_groups ? e.option_groups.map((g: Json) => ({ label: g.label.text, choices: of(g.options) })) : [{ label: "", choices: of(e.options) }] };
}

const same = (a: unknown, b: unknown) => {
  const id = (x: any) => (x && typeof x === "object" ? x.value ?? x.text?.text : x);
  return a !== null && a !== undefined && id(a) === id(b);
};

function Select(p: ControlProps) {
  const { say } = useLanguage();
  const { field, groups: all } = groups(p.element, useContext(RoomContext));
  const name = `selected_${field}` as keyof Value;
  const chosen = all.flatMap((g) => g.choices).find((c) => same(p.value[name], c.value));
  const choose = (key: string) => {
    const choice = all.flatMap((g) => g.choices).find((c) => c.key === key);
    p.onChange({ type: p.element.type, [name]: choice?.value ?? null }, true);
  };
  const options = (g: Group) => g.choices.map((c) => <option key={c.key} value={c.key}>{c.text}</option>);
  return (
    <select {...shared(p)} className="field select" value={chosen?.key ?? ""} onChange={(ev) => choose(ev.target.value)}>
      <option value="">{p.element.placeholder?.text ?? say.choose}</option>
      {all.map((g, i) => (g.label ? <optgroup key={i} label={g.label}>{options(g)}</optgroup> : options(g)))}
    </select>
  );
}

// Choices are radio buttons, checkboxes, and the multi-selects, which a list of checkboxes serves better than <select multiple>.
function Choices(p: ControlProps) {
  const { field, groups: all } = groups(p.element, useContext(RoomContext));
  const single = p.element.type === "radio_buttons";
  const name = (single ? "selected_option" : `selected_${field}s`) as keyof Value;
  const held = (single ? [p.value[name]] : ((p.value[name] as unknown[]) ?? [])) as unknown[];
  const toggle = (c: Choice, on: boolean) => {
    const rest = held.filter((h) => !same(h, c.value));
    p.onChange({ type: p.element.type, [name]: single ? c.value : on ? [...rest, c.value] : rest }, true);
  };
  const { id, ...attributes } = shared(p);
  return (
    <div className="choices" role={single ? "radiogroup" : "group"} id={id} {...attributes}>
      {all.flatMap((g) => g.choices).map((c) => (
        <label key={c.key} className="choice">
          <input type={single ? "radio" : "checkbox"} name={id} disabled={p.disabled} checked={held.some((h) => same(h, c.value))}
            onChange={(ev) => toggle(c, ev.target.checked)} />
          <span>{c.text}{c.hint && <small>{c.hint}</small>}</span>
        </label>
      ))}
    </div>
  );
}

function Picker(p: ControlProps) {
  const { type } = p.element;
  if (type !== "datetimepicker") {
    const name = type === "datepicker" ? "selected_date" : "selected_time";
    return <input {...shared(p)} className="field short" type={type === "datepicker" ? "date" : "time"} value={(p.value[name] as string) ?? ""}
      onChange={(ev) => p.onChange({ type, [name]: ev.target.value || null }, true)} />;
  }
  const at = p.value.selected_date_time; // seconds since 1970; the native control wants local time
  const local = at ? new Date((at - new Date(at * 1000).getTimezoneOffset() * 60) * 1000).toISOString().slice(0, 16) : "";
  return <input {...shared(p)} className="field short" type="datetime-local" value={local}
    onChange={(ev) => p.onChange({ type, selected_date_time: ev.target.value ? Math.floor(new Date(ev.target.value).getTime() / 1000) : null }, true)} />;
}

function Overflow(p: ControlProps) {
  const { say } = useLanguage();
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const items = () => [...(root.current?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])];
  useEffect(() => {
    if (!open) return;
    // Where the list ends, a menu that opens downwards would be cut off.
    const menu = root.current!.querySelector<HTMLElement>(".menu")!, edge = root.current!.closest(".messages, .modal-body")?.getBoundingClientRect().bottom;
    menu.classList.toggle("up", edge !== undefined && menu.getBoundingClientRect().bottom > edge);
    items()[0]?.focus();
    const away = (ev: PointerEvent) => { if (!root.current?.contains(ev.target as Node)) setOpen(false); };
    document.addEventListener("pointerdown", away);
    return () => document.removeEventListener("pointerdown", away);
  }, [open]);
  const shut = () => { setOpen(false); root.current?.querySelector("button")?.focus(); };
  const onKeyDown = (ev: React.KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[ev.key];
    if (open && ev.key === "Escape") { ev.stopPropagation(); ev.preventDefault(); shut(); }
    if (!open || !step) return;
    ev.preventDefault();
    const all = items();
    all[(all.indexOf(document.activeElement as HTMLElement) + step + all.length) % all.length]?.focus();
  };
  return (
    <div className="overflow" ref={root} onKeyDown={onKeyDown}>
      <button type="button" {...shared(p)} className="icon-button bordered" aria-haspopup="menu" aria-expanded={open} aria-label={p.label || say.more}
        onClick={() => setOpen(!open)}>⋯</button>
      {open && (
        <div className="menu" role="menu">
          {(p.element.options as Option[]).map((o, i) => (
            <button type="button" role="menuitem" key={i} data-value={o.value} onClick={() => { shut(); p.onChange({ type: "overflow", selected_option: o }, true); }}>
              {o.text.text}{o.description && <small>{o.description.text}</small>}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

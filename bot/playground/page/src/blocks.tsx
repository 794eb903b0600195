// blocks.tsx — Block Kit on the page: slack-blocks-to-jsx draws, controls.tsx holds values, clicks are caught here.
import { createContext, useContext, useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from "react";
import { Message as Renderer } from "slack-blocks-to-jsx";
import { Control, empty, holdsValue, initial, RoomContext, type Room } from "./controls.tsx";
import { drawable, safeURL, type Spot } from "./shims.ts";
import type { Block, Element, Json, Value, Values } from "./wire.ts";
import { useLanguage } from "./words.ts";

// Act is one action on its way to the server: /page/action without who and where. It resolves when the server has answered.
export type Act = (action: { block_id: string; action_id: string } & Json) => Promise<void>;

// Form is a modal's: where values of inputs live, and what is wrong with them by block_id.
export interface Form { values: Values; set(block: string, action: string, value: Value): void; errors: Record<string, string> }

export const Theme = createContext<"light" | "dark">("light");
export const GoTo = createContext<(channel: string) => void>(() => {});

export function Blocks({ blocks, act, form }: { blocks: Block[]; act: Act; form?: Form }) {
  const prefix = useId();
  const runs = useMemo(() => split(blocks), [blocks]);
  return (
    <div className="blocks">
      {runs.map((run, i) =>
        run.drawn ? <Drawn key={i} blocks={run.blocks} prefix={`${prefix}${i}`} act={act} />
          : <Own key={i} block={run.blocks[0]!} prefix={`${prefix}${i}`} act={act} form={form} />)}
    </div>
  );
}

// split keeps neighbours that the renderer can draw together, and takes out every block with an element that holds a value.
function split(blocks: Block[]): { drawn: boolean; blocks: Block[] }[] {
  const runs: { drawn: boolean; blocks: Block[] }[] = [];
  for (const block of blocks) {
    const own = block.type === "input" || holdsValue(block.accessory) || (block.elements as Element[] | undefined)?.some?.(holdsValue);
    const last = runs.at(-1);
    if (!own && last?.drawn) last.blocks.push(block);
    else runs.push({ drawn: !own, blocks: [block] });
  }
  return runs;
}

function Drawn({ blocks, prefix, act }: { blocks: Block[]; prefix: string; act: Act }) {
  const root = useRef<HTMLDivElement>(null);
  const theme = useContext(Theme);
  const { channels, users } = useContext(RoomContext);
  const goTo = useContext(GoTo);
  const { blocks: copy, spots } = useMemo(() => drawable(blocks, prefix), [blocks, prefix]);
  const [asked, setAsked] = useState<{ spot: Spot; target: HTMLElement; extra: Json } | null>(null);

  // The renderer has no data attributes, and a collapsed container draws its buttons later: hence the observer.
  useLayoutEffect(() => {
    const mark = () => spots.forEach((spot, key) => label(root.current?.querySelector<HTMLElement>("#" + CSS.escape(key)), spot));
    mark();
    const observer = new MutationObserver(mark);
    observer.observe(root.current!, { childList: true, subtree: true });
    return () => observer.disconnect();
  }, [spots]);

  const send = ({ spot, target, extra }: { spot: Spot; target: HTMLElement; extra: Json }) => {
    const url = safeURL(spot.element.url);
    if (url) window.open(url, "_blank", "noopener,noreferrer");
    const { action_id = "", value } = spot.element;
    return once(target, () => act({ block_id: spot.block.block_id ?? "", action_id, ...(value !== undefined && { value }), ...extra }));
  };

  const onClick = (ev: React.MouseEvent) => {
    const target = (ev.target as HTMLElement).closest<HTMLElement>("button");
    const marked = target?.closest<HTMLElement>("[data-action-id]");
    const spot = marked && spots.get(marked.id);
    if (!target || !spot) return;
    ev.preventDefault();
    let extra: Json = {};
    if (spot.element.type === "feedback_buttons") {
      const good = marked.querySelector("button") === target;
      extra = { value: spot.element[good ? "positive_button" : "negative_button"].value };
      marked.querySelectorAll("button").forEach((b) => b.setAttribute("aria-pressed", String(b === target)));
    }
    if (spot.element.confirm) setAsked({ spot, target, extra });
    else void send({ spot, target, extra });
  };

  const hooks = useMemo(() => ({
    user: (u: Json) => <span className="mention">@{u.name || u.id}</span>,
    channel: (c: Json) => <button type="button" className="mention" onClick={() => goTo(c.id)}>#{c.name || c.id}</button>,
    link: ({ href, children, className }: Json) =>
      safeURL(href) ? <a href={href} target="_blank" rel="noopener noreferrer" className={className}>{children}</a> : <span>{children}</span>,
  }), [goTo]);
  const data = useMemo(() => ({ users: users.map((u) => ({ id: u.id, name: u.display_name || u.name })), channels: channels.map(({ id, name }) => ({ id, name })), user_groups: [] }), [users, channels]);

  return (
    <div className="drawn" ref={root} onClick={onClick}>
      <Renderer blocks={copy as any} name="" logo="" theme={theme} withoutWrapper data={data as any} hooks={hooks as any} />
      {asked && <Confirm confirm={asked.spot.element.confirm} close={(yes) => { setAsked(null); if (yes) void send(asked); }} />}
    </div>
  );
}

function label(node: HTMLElement | null | undefined, { block, element }: Spot) {
  if (!node) return;
  node.dataset.actionId = element.action_id ?? "";
  node.dataset.blockId = block.block_id ?? "";
  if (element.url) node.dataset.link = "true";
  if (element.type !== "feedback_buttons") return;
  node.querySelectorAll("button").forEach((b, i) => {
    const said = element[i === 0 ? "positive_button" : "negative_button"];
    b.title = said?.text?.text ?? ""; // the renderer shows a thumb and drops the words
  });
}

// once runs what a click asks for; clicks on the same button while it runs, and for a moment after, do nothing.
const holdOff = 900; // ms; a double click spans up to 500 ms, and the answer usually redraws the message by then
async function once(target: HTMLElement, run: () => Promise<void>) {
  if (target.dataset.busy) return;
  target.dataset.busy = "true";
  target.setAttribute("aria-disabled", "true");
  await Promise.all([run(), new Promise((done) => setTimeout(done, holdOff))]);
  delete target.dataset.busy;
  target.removeAttribute("aria-disabled");
}

function Confirm({ confirm, close }: { confirm: Json; close: (yes: boolean) => void }) {
  const { say } = useLanguage();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} className="modal small" onCancel={(ev) => { ev.preventDefault(); close(false); }} onClick={(ev) => ev.stopPropagation()}>
      <header><h2>{confirm.title?.text}</h2></header>
      <div className="modal-body"><p>{confirm.text?.text}</p></div>
      <footer>
        <button type="button" className="button" onClick={() => close(false)}>{confirm.deny?.text ?? say.cancel}</button>
        <button type="button" className={confirm.style === "danger" ? "button danger" : "button primary"} onClick={() => close(true)}>{confirm.confirm?.text ?? say.ok}</button>
      </footer>
    </dialog>
  );
}

// Own draws a block around the page's own controls; what surrounds them is still the renderer's.
function Own({ block, prefix, act, form }: { block: Block; prefix: string; act: Act; form?: Form }) {
  if (block.type === "input") return <Input block={block} prefix={prefix} act={act} form={form} />;
  if (block.accessory) {
    const { accessory, ...rest } = block;
    const tall = accessory.type === "radio_buttons" || accessory.type === "checkboxes";
    return (
      <div className={tall ? "with-accessory tall" : "with-accessory"}>
        <Drawn blocks={[rest as Block]} prefix={prefix} act={act} />
        <Held key={block.block_id} block={block} element={accessory} id={`${prefix}-own`} act={act} form={form} />
      </div>
    );
  }
  return (
    <div className="own-actions">
      {(block.elements as Element[]).map((element, i) =>
        holdsValue(element) ? <Held key={`${block.block_id} ${i}`} block={block} element={element} id={`${prefix}-own${i}`} act={act} form={form} />
          : <Drawn key={i} blocks={[{ ...block, elements: [element] }]} prefix={`${prefix}-${i}`} act={act} />)}
    </div>
  );
}

// Held is a control outside an input block: choosing sends an action at once.
function Held({ block, element, id, act, form }: { block: Block; element: Element; id: string; act: Act; form?: Form }) {
  const { say } = useLanguage();
  const room = useContext(RoomContext);
  const [own, setOwn] = useState<Value>(() => initial(element, room));
  const [busy, setBusy] = useState(false);
  const [asked, setAsked] = useState<Value | null>(null);
  const blockID = block.block_id ?? "", actionID = element.action_id ?? "";
  const value = form?.values[blockID]?.[actionID] ?? own;
  const send = async (next: Value) => {
    const url = safeURL(next.selected_option?.url);
    if (url) window.open(url, "_blank", "noopener,noreferrer");
    const { type: _, ...chosen } = next;
    setBusy(true);
    await act({ block_id: blockID, action_id: actionID, ...chosen });
    setBusy(false);
  };
  const onChange = (next: Value, done: boolean) => {
    if (element.type !== "overflow") { setOwn(next); form?.set(blockID, actionID, next); }
    if (!done) return;
    if (element.confirm) setAsked(next); else void send(next);
  };
  return (
    <div className="held">
      <Control element={element} value={value} id={id} disabled={busy} onChange={onChange} label={element.accessibility_label ?? element.placeholder?.text ?? say.more} />
      {asked && <Confirm confirm={element.confirm} close={(yes) => { setAsked(null); if (yes) void send(asked); }} />}
    </div>
  );
}

function Input({ block, prefix, act, form }: { block: Block; prefix: string; act: Act; form?: Form }) {
  const { say } = useLanguage();
  const room = useContext(RoomContext);
  const element = block.element as Element;
  const blockID = block.block_id ?? "", actionID = element.action_id ?? "";
  const [own, setOwn] = useState<Value>(() => initial(element, room));
  const error = form?.errors[blockID];
  const id = `${prefix}-in`;
  const onChange = (next: Value, done: boolean) => {
    setOwn(next);
    form?.set(blockID, actionID, next);
    const { type: _, ...chosen } = next;
    if (done && block.dispatch_action) void act({ block_id: blockID, action_id: actionID, ...chosen });
  };
  const grouped = /radio|checkbox|^multi_/.test(element.type);
  const name = <>{block.label?.text}{block.optional && <span className="optional">{say.optional}</span>}</>;
  return (
    <div className={error ? "input wrong" : "input"} data-block-id={blockID}>
      {grouped ? <div className="input-label" id={`${id}-l`}>{name}</div> : <label className="input-label" htmlFor={id}>{name}</label>}
      <Control element={element} value={form?.values[blockID]?.[actionID] ?? own} id={id} invalid={!!error} describedBy={error ? `${id}-e` : undefined}
        label={grouped ? block.label?.text : undefined} onChange={onChange} />
      {error && <p className="input-error" id={`${id}-e`} role="alert">{error}</p>}
      {block.hint && <p className="input-hint">{block.hint.text}</p>}
    </div>
  );
}

// startValues is what a fresh view's state holds; `known` are values typed before the view was updated, which Slack keeps.
export function startValues(blocks: Block[], room: Room, known: Values): Values {
  const out: Values = {};
  const take = (block: Block, element: Element | undefined) => {
    if (!holdsValue(element) || !element?.action_id || element.type === "overflow") return;
    const id = block.block_id ?? "";
    (out[id] ??= {})[element.action_id] = known[id]?.[element.action_id] ?? initial(element, room);
  };
  for (const block of blocks) {
    take(block, block.element);
    take(block, block.accessory);
    if (Array.isArray(block.elements)) for (const element of block.elements) take(block, element);
  }
  return out;
}

// missing is what Slack's client refuses before it sends: required inputs left empty, text below min_length.
export function missing(blocks: Block[], values: Values, say: { required: string; tooShort(n: number): string }): Record<string, string> {
  const wrong: Record<string, string> = {};
  for (const block of blocks) {
    if (block.type !== "input") continue;
    const id = block.block_id ?? "", element = block.element as Element;
    const value = values[id]?.[element.action_id ?? ""];
    const none = !value || empty(value);
    if (none && !block.optional) wrong[id] = say.required;
    else if (!none && element.min_length && (value.value ?? "").length < element.min_length) wrong[id] = say.tooShort(element.min_length);
  }
  return wrong;
}

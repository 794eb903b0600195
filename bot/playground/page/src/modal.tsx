// modal.tsx — the view on top of the user's stack. The browser's <dialog> keeps the focus inside and the page behind it inert.
import { useContext, useEffect, useMemo, useRef, useState } from "react";
import { Blocks, missing, startValues, type Act } from "./blocks.tsx";
import { RoomContext } from "./controls.tsx";
import type { Value, Values, View } from "./wire.ts";
import { useLanguage } from "./words.ts";

interface Props {
  view: View;
  drafts: Map<string, Values>; // by view id: a view below in the stack keeps what was typed
  act: Act;
  submit(values: Values): Promise<boolean>;
  close(): void;
}

// A modal whose submission was taken stays busy until the server shows the next view, but never for good.
const patience = 4000; // ms; Slack gives the app 3 s to answer

export function Modal({ view, drafts, act, submit, close }: Props) {
  const { say } = useLanguage();
  const room = useContext(RoomContext);
  const dialog = useRef<HTMLDialogElement>(null);
  const [values, setValues] = useState<Values>({});
  const [busy, setBusy] = useState(false);
  const [own, setOwn] = useState<Record<string, string>>({});
  const blocks = useMemo(() => view.blocks ?? [], [view.blocks]);

  useEffect(() => { if (!dialog.current!.open) dialog.current!.showModal(); }, []);

  useEffect(() => {
    const known = drafts.get(view.id) ?? view.state ?? {};
    const start = startValues(blocks, room, known);
    drafts.set(view.id, start);
    setValues(start);
    setBusy(false);
    setOwn({});
    // eslint-disable-next-line -- room is where one stood when the view opened; a later message must not reset the form
  }, [view]);

  useEffect(() => {
    const body = dialog.current!.querySelector(".modal-body")!;
    const first = body.querySelector<HTMLElement>("[aria-invalid=true]") ?? body.querySelector<HTMLElement>(".input .field, .input input");
    (first ?? dialog.current!.querySelector<HTMLElement>("[data-testid=modal-submit]") ?? body as HTMLElement).focus();
  }, [view.id, view.errors, own]);

  const set = (block: string, action: string, value: Value) => setValues((all) => {
    const next = { ...all, [block]: { ...all[block], [action]: value } };
    drafts.set(view.id, next);
    return next;
  });

  const onSubmit = async (ev: React.FormEvent) => {
    ev.preventDefault();
    if (busy || !view.submit) return;
    const wrong = missing(blocks, values, say);
    setOwn(wrong);
    if (Object.keys(wrong).length) return;
    setBusy(true);
    if (await submit(values)) setTimeout(() => setBusy(false), patience); else setBusy(false);
  };

  const errors = Object.keys(own).length ? own : view.errors ?? {};
  return (
    <dialog ref={dialog} className="modal" data-testid="modal" data-view-id={view.id} data-callback-id={view.callback_id} aria-labelledby="modal-title"
      onCancel={(ev) => { ev.preventDefault(); close(); }}>
      <form onSubmit={onSubmit} noValidate>
        <header>
          <h2 id="modal-title">{view.title}</h2>
          <button type="button" className="icon-button" aria-label={say.close} onClick={close}><Cross /></button>
        </header>
        <div className="modal-body" tabIndex={-1} key={view.id}>
          <Blocks blocks={blocks} act={(action) => act({ ...action, values })} form={{ values, set, errors }} />
        </div>
        <footer>
          <button type="button" className="button" data-testid="modal-close" onClick={close}>{view.close || (view.submit ? say.cancel : say.close)}</button>
          {view.submit && (
            <button type="submit" className="button primary" data-testid="modal-submit" aria-busy={busy} disabled={busy}>{busy ? say.sending : view.submit}</button>
          )}
        </footer>
      </form>
    </dialog>
  );
}

export const Cross = () => <svg viewBox="0 0 20 20" width="18" height="18" stroke="currentColor" strokeWidth="1.7" strokeLinecap="round" aria-hidden="true"><path d="m5 5 10 10M15 5 5 15" /></svg>;

// Marks words that the dictionary does not know, as the text is written. The dictionary is Hunspell's and comes from the application;
// nothing is asked of anybody else. A word is not marked while the cursor stands at its end: it is still being typed.

import { Extension } from "@tiptap/core";
import { Plugin, PluginKey } from "@tiptap/pm/state";
import { Decoration, DecorationSet } from "@tiptap/pm/view";
import nspell from "nspell";

const KEY = new PluginKey("spelling");
const SUGGESTIONS = 6;

let checker = null;
let known = new Map(); // word: whether the dictionary has it
let found = new WeakMap(); // text block: what is wrong in it; blocks never change, they are replaced

function right(word) {
    const plain = word.replaceAll("’", "'");
    let answer = known.get(plain);
    if (answer === undefined) known.set(plain, (answer = checker.correct(plain)));
    return answer;
}

/** Pairs [from, to] within a block. Code, other languages, addresses, what has digits and what is all capitals are nobody's spelling. */
function wrongIn(block) {
    const kept = found.get(block);
    if (kept) return kept;
    const skipped = [];
    block.forEach((child, offset) => {
        if (child.marks.some((mark) => mark.type.name === "code" || mark.attrs.lang)) skipped.push([offset, offset + child.nodeSize]);
    });
    const wrong = [];
    const text = block.textBetween(0, block.content.size, undefined, "\ufffc");
    for (const { 0: run, index: start } of text.matchAll(/[^\s\ufffc]+/gu)) {
        if (/[@\d_\\]|:\/\/|\p{L}\.\p{L}/u.test(run)) continue;
        for (const { 0: letters, index } of run.matchAll(/\p{L}[\p{L}\p{M}'’]*/gu)) {
            const word = letters.replace(/['’]+$/u, "");
            const from = start + index;
            if (word.length < 2 || (word === word.toUpperCase() && word !== word.toLowerCase())) continue;
            if (skipped.some(([first, last]) => from < last && from + word.length > first)) continue;
            if (!right(word)) wrong.push([from, from + word.length]);
        }
    }
    found.set(block, wrong);
    return wrong;
}

function marks(doc) {
    if (!checker) return DecorationSet.empty;
    const all = [];
    doc.descendants((node, at) => {
        if (!node.isTextblock) return true;
        if (!node.type.spec.code) {
            for (const [from, to] of wrongIn(node)) all.push(Decoration.inline(at + 1 + from, at + 1 + to, { class: "misspelt", "aria-invalid": "spelling" }));
        }
        return false;
    });
    return DecorationSet.create(doc, all);
}

export const Spelling = (post) =>
    Extension.create({
        name: "spelling",
        addProseMirrorPlugins: () => [
            new Plugin({
                key: KEY,
                state: {
                    init: (_config, state) => marks(state.doc),
                    apply: (transaction, old, _before, state) => (transaction.docChanged || transaction.getMeta(KEY) ? marks(state.doc) : old),
                },
                props: {
                    decorations(state) {
                        const all = KEY.getState(state);
                        const { empty, head } = state.selection;
                        const typed = empty && all.find(head, head).filter((mark) => mark.to === head);
                        return typed?.length ? all.remove(typed) : all;
                    },
                    handleDOMEvents: {
                        contextmenu(view, event) {
                            const at = view.posAtCoords({ left: event.clientX, top: event.clientY })?.pos;
                            const [mark] = at === undefined ? [] : KEY.getState(view.state).find(at, at);
                            if (!mark) return false;
                            event.preventDefault();
                            offer(view.state, mark, event.clientX, event.clientY, post);
                            return true;
                        },
                    },
                },
            }),
        ],
    });

function offer(state, { from, to }, x, y, post) {
    const word = state.doc.textBetween(from, to);
    post({ kind: "misspelt", word, from, to, x, y, suggestions: checker.suggest(word.replaceAll("’", "'")).slice(0, SUGGESTIONS) });
}

/** Check with another dictionary, or with none. `words` are those that the author taught it. */
export async function useDictionary(editor, language, words) {
    let next = null;
    if (language) {
        const [aff, dic] = await Promise.all(["aff", "dic"].map(async (kind) => (await fetch(`/dictionary/${language}.${kind}`)).text()));
        next = nspell(aff, dic);
        for (const word of words) next.add(word);
    }
    checker = next;
    again(editor);
    return words.length;
}

export function learn(editor, word) {
    checker?.add(word.replaceAll("’", "'"));
    again(editor);
}

function again(editor) {
    known = new Map();
    found = new WeakMap();
    editor.view.dispatch(editor.state.tr.setMeta(KEY, true));
}

/** The words that are marked, in the order of the text. */
export const misspelt = (editor) => KEY.getState(editor.state).find().sort((one, two) => one.from - two.from).map(({ from, to }) => editor.state.doc.textBetween(from, to));

/** Select the next word that is marked, after the last one the first, and offer what it could be. False where none is. */
export function nextMisspelt(editor, post) {
    const all = KEY.getState(editor.state).find().sort((one, two) => one.from - two.from);
    if (!all.length) return false;
    const mark = all.find(({ from }) => from >= editor.state.selection.to) ?? all[0];
    editor.chain().focus().setTextSelection({ from: mark.from, to: mark.to }).scrollIntoView().run();
    const place = editor.view.coordsAtPos(mark.from);
    offer(editor.state, mark, place.left, place.bottom, post);
    return true;
}

/** Put `word` in the place of what is marked there; nothing where the text has changed meanwhile. */
export function replaceWord(editor, { from, to, word }, by) {
    if (to > editor.state.doc.content.size || editor.state.doc.textBetween(from, to) !== word) return;
    editor.chain().focus().insertContentAt({ from, to }, { type: "text", text: by, marks: editor.state.doc.resolve(from + 1).marks().map((mark) => mark.toJSON()) }).run();
}

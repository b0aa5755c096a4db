// The text editor of lessons: ProseMirror through TipTap, told what our HTML is. Bundled by `lms` into bundle.js.
//
// The application calls `LessonText.*`; what happens here is posted to `/message`, pictures to `/picture`. Nothing else is reachable.

import { Editor, Extension, Mark, Node, mergeAttributes } from "@tiptap/core";
import { Table, TableCell, TableHeader, TableRow } from "@tiptap/extension-table";
import { Placeholder } from "@tiptap/extensions";
import { DOMSerializer } from "@tiptap/pm/model";
import StarterKit from "@tiptap/starter-kit";
import { Spelling, learn, misspelt, nextMisspelt, replaceWord, useDictionary } from "./spelling.js";
import { fromWord, isFromWord } from "./word.js";

const PAUSE_MS = 350; // text goes out when the keys have rested for so long,
const LONGEST_MS = 1500; // and at the latest after so long without a rest

const CALLOUTS = ["note", "tip", "important", "warning"];

/** Where a stored address is shown from: assets come from the application, everything else is itself. */
const shownFrom = (address) => (address?.startsWith("asset:") ? `/asset/${address.slice("asset:".length)}` : address);

// --- what our HTML has beyond TipTap's own nodes --------------------------------------------------------------------------------------

/** Attributes that any block may carry: direction and language of the text, alignment, an anchor. */
const BlockAttributes = Extension.create({
    name: "blockAttributes",
    addGlobalAttributes() {
        const blocks = ["paragraph", "heading", "blockquote", "bulletList", "orderedList", "listItem", "tableCell", "tableHeader", "callout"];
        const plain = (name) => ({
            default: null,
            parseHTML: (element) => element.getAttribute(name),
            renderHTML: (attributes) => (attributes[name] ? { [name]: attributes[name] } : {}),
        });
        return [
            { types: blocks, attributes: { dir: plain("dir"), lang: plain("lang"), id: plain("id") } },
            {
                types: ["paragraph", "heading", "tableCell", "tableHeader"],
                attributes: {
                    align: {
                        default: null,
                        parseHTML: (element) => element.style.textAlign || null,
                        renderHTML: ({ align }) => (align ? { style: `text-align: ${align}` } : {}),
                    },
                },
            },
        ];
    },
});

const simpleMark = (name, tag) =>
    Mark.create({ name, parseHTML: () => [{ tag }], renderHTML: ({ HTMLAttributes }) => [tag, HTMLAttributes, 0] });
const Subscript = simpleMark("subscript", "sub").extend({ excludes: "superscript" });
const Superscript = simpleMark("superscript", "sup").extend({ excludes: "subscript" });
const Marked = simpleMark("marked", "mark");

/** A word in another language or direction. */
const Language = Mark.create({
    name: "language",
    addAttributes: () => ({ lang: { default: null }, dir: { default: null } }),
    parseHTML: () => [{ tag: "span[lang]" }, { tag: "span[dir]" }],
    renderHTML: ({ HTMLAttributes }) => ["span", HTMLAttributes, 0],
});

const Picture = Node.create({
    name: "picture",
    inline: true,
    group: "inline",
    draggable: true,
    addAttributes: () => ({
        src: { default: null },
        alt: { default: null }, // null: nobody has said yet; "": decorative
        title: { default: null },
        width: { default: null },
        height: { default: null },
    }),
    parseHTML: () => [{ tag: "img[src]" }],
    renderHTML: ({ HTMLAttributes }) => ["img", HTMLAttributes],
    addNodeView() {
        return ({ node }) => {
            const dom = document.createElement("img");
            for (const [name, value] of Object.entries(node.attrs)) {
                if (value !== null) dom.setAttribute(name, name === "src" ? shownFrom(value) : value);
            }
            return { dom };
        };
    },
});

/** A sound or a film between paragraphs. */
const Media = Node.create({
    name: "media",
    group: "block",
    atom: true,
    draggable: true,
    addAttributes: () => ({
        kind: { default: "video", rendered: false, parseHTML: (element) => element.localName },
        src: { default: null },
        poster: { default: null },
        title: { default: null },
    }),
    parseHTML: () => [{ tag: "video[src]" }, { tag: "audio[src]" }],
    renderHTML: ({ node, HTMLAttributes }) => [node.attrs.kind, mergeAttributes(HTMLAttributes, { controls: "" })],
    addNodeView() {
        return ({ node }) => {
            const dom = document.createElement(node.attrs.kind);
            dom.controls = true;
            dom.preload = "metadata";
            if (node.attrs.poster) dom.poster = shownFrom(node.attrs.poster);
            if (node.attrs.title) dom.title = node.attrs.title;
            dom.src = shownFrom(node.attrs.src);
            return { dom };
        };
    },
});

const Callout = Node.create({
    name: "callout",
    group: "block",
    content: "block+",
    defining: true,
    addAttributes: () => ({
        kind: {
            default: "note",
            parseHTML: (element) => CALLOUTS.find((kind) => element.classList.contains(`callout-${kind}`)) ?? "note",
            renderHTML: ({ kind }) => ({ class: `callout callout-${kind}` }),
        },
    }),
    parseHTML: () => [{ tag: "aside.callout" }],
    renderHTML: ({ HTMLAttributes }) => ["aside", HTMLAttributes, 0],
    addCommands() {
        return {
            toggleCallout:
                (kind) =>
                ({ commands, editor }) =>
                    editor.isActive("callout", { kind })
                        ? commands.lift("callout")
                        : editor.isActive("callout")
                          ? commands.updateAttributes("callout", { kind })
                          : commands.wrapIn("callout", { kind }),
        };
    },
});

/** Tables as they are: no widths of ours, head rows in a head. */
const PlainTable = Table.extend({ renderHTML: ({ HTMLAttributes }) => ["table", HTMLAttributes, ["tbody", 0]] }).configure({ resizable: false });
const cellAttributes = {
    colspan: { default: 1, parseHTML: (cell) => Number(cell.getAttribute("colspan")) || 1, renderHTML: ({ colspan }) => (colspan > 1 ? { colspan } : {}) },
    rowspan: { default: 1, parseHTML: (cell) => Number(cell.getAttribute("rowspan")) || 1, renderHTML: ({ rowspan }) => (rowspan > 1 ? { rowspan } : {}) },
    colwidth: { default: null, parseHTML: () => null, rendered: false },
};
const PlainCell = TableCell.extend({ addAttributes: () => cellAttributes });
const PlainHeader = TableHeader.extend({
    addAttributes: () => ({ ...cellAttributes, scope: { default: null } }),
});

// --- the editor ------------------------------------------------------------------------------------------------------------------------

let editor = null;
let shown = 0; // the number of the text that is open
let revision = 0; // raised with each change that a person made
let sent = 0;
let pause = null;
let dirtySince = 0;

function post(message) {
    return fetch("/message", { method: "POST", body: JSON.stringify(message), keepalive: message.kind === "changed" && message.html.length < 60000 });
}

/** The document as clean HTML: no paragraphs inside of items and cells that hold nothing else, head rows in a head, nothing for nothing. */
function html() {
    const { doc, schema } = editor.state;
    if (doc.childCount === 1 && doc.firstChild.type.name === "paragraph" && doc.firstChild.childCount === 0) return "";
    const holder = document.implementation.createHTMLDocument("").createElement("div");
    holder.append(DOMSerializer.fromSchema(schema).serializeFragment(doc.content, { document: holder.ownerDocument }));
    for (const parent of holder.querySelectorAll("li, td, th")) {
        const first = parent.firstElementChild;
        const others = [...parent.children].slice(1);
        const onlyLists = parent.localName === "li" && others.every((one) => one.localName === "ul" || one.localName === "ol");
        if (first?.localName === "p" && first.attributes.length === 0 && (others.length === 0 || onlyLists)) first.replaceWith(...first.childNodes);
    }
    for (const table of holder.querySelectorAll("table")) {
        const head = holder.ownerDocument.createElement("thead");
        const body = table.querySelector("tbody");
        while (body.firstElementChild && [...body.firstElementChild.children].every((cell) => cell.localName === "th")) head.append(body.firstElementChild);
        if (head.childElementCount) table.insertBefore(head, body);
        if (!body.childElementCount) body.remove();
    }
    return holder.innerHTML;
}

function send() {
    clearTimeout(pause);
    pause = null;
    if (sent === revision) return;
    sent = revision;
    dirtySince = 0;
    post({ kind: "changed", text: shown, html: html() });
}

function changed() {
    revision += 1;
    const now = performance.now();
    dirtySince ||= now;
    clearTimeout(pause);
    pause = setTimeout(send, Math.max(0, Math.min(PAUSE_MS, dirtySince + LONGEST_MS - now)));
}

let stateAsked = false;
let lastState = "";
function state() {
    if (stateAsked) return;
    stateAsked = true;
    requestAnimationFrame(() => {
        stateAsked = false;
        if (!editor) return;
        const marks = ["bold", "italic", "underline", "strike", "code", "link", "subscript", "superscript"];
        const nodes = ["bulletList", "orderedList", "blockquote", "codeBlock", "table", "callout"];
        const heading = editor.isActive("heading") ? editor.getAttributes("heading").level : 0;
        const chosen = editor.state.selection.node;
        const message = {
            kind: "state",
            active: [...marks, ...nodes].filter((name) => editor.isActive(name)),
            heading,
            callout: editor.getAttributes("callout").kind ?? "",
            rtl: editor.isActive({ dir: "rtl" }),
            link: editor.getAttributes("link").href ?? "",
            picture: chosen?.type.name === "picture" ? chosen.attrs : null,
            undo: editor.can().undo(),
            redo: editor.can().redo(),
        };
        const text = JSON.stringify(message);
        if (text !== lastState) post(message);
        lastState = text;
    });
}

/** Store a picture with the application; its address, or null where it was refused (the application has said why). */
async function stored(blob, name) {
    const reply = await fetch(`/picture?name=${encodeURIComponent(name)}&type=${encodeURIComponent(blob.type)}`, { method: "POST", body: blob }).catch(() => null);
    return reply?.ok ? (await reply.json()).src : null;
}

async function insertPictures(files, position) {
    for (const file of files) {
        const src = await stored(file, file.name || "picture.png");
        if (src === null || !editor) continue;
        const content = { type: "picture", attrs: { src } };
        if (position === null) editor.commands.insertContent(content);
        else editor.commands.insertContentAt(Math.min(position, editor.state.doc.content.size), content);
    }
}

/** Pictures that came inside of pasted HTML as data: are stored, too; what cannot be (a file of another program) is said. */
async function adoptPictures() {
    const found = [];
    editor.state.doc.descendants((node) => {
        if (node.type.name === "picture" && /^(data|blob|file):/.test(node.attrs.src)) found.push(node.attrs.src);
    });
    for (const src of new Set(found)) {
        const blob = src.startsWith("data:image/") ? await fetch(src).then((reply) => reply.blob()) : null;
        const address = blob && (await stored(blob, "picture"));
        if (!editor) return;
        const transaction = editor.state.tr;
        const places = [];
        editor.state.doc.descendants((node, at) => {
            if (node.type.name === "picture" && node.attrs.src === src) places.push([at, node]);
        });
        for (const [at, node] of places.reverse()) {
            if (address) transaction.setNodeMarkup(at, undefined, { ...node.attrs, src: address });
            else transaction.delete(at, at + node.nodeSize);
        }
        editor.view.dispatch(transaction);
        if (!address) post({ kind: "lost", what: "picture", from: src.slice(0, 60) });
    }
}

const images = (list) => [...(list ?? [])].filter((file) => file.type.startsWith("image/"));

function start(options) {
    editor = new Editor({
        element: document.getElementById("text"),
        extensions: [
            StarterKit.configure({
                link: { openOnClick: false, autolink: true, linkOnPaste: true, protocols: ["http", "https", "mailto", "tel"], HTMLAttributes: { target: null, rel: null } },
                dropcursor: { class: "dropcursor", color: false },
                trailingNode: false,
            }),
            BlockAttributes, Subscript, Superscript, Marked, Language, Picture, Media, Callout,
            PlainTable, TableRow, PlainCell, PlainHeader,
            Placeholder.configure({ placeholder: options.placeholder }),
            Spelling(post),
        ],
        editorProps: {
            attributes: { role: "textbox", "aria-multiline": "true", "aria-label": options.label, spellcheck: "false" },
            transformPastedHTML(pasted) {
                if (!isFromWord(pasted)) return pasted;
                const cleaned = fromWord(pasted);
                post({ kind: "word", pictures: cleaned.pictures });
                return cleaned.html;
            },
            handlePaste(_view, event) {
                const files = images(event.clipboardData?.files);
                if (!files.length || event.clipboardData.types.includes("text/html")) {
                    setTimeout(adoptPictures);
                    return false;
                }
                insertPictures(files, null);
                return true;
            },
            handleDrop(view, event, _slice, moved) {
                const files = images(event.dataTransfer?.files);
                if (moved || !files.length) return false;
                insertPictures(files, view.posAtCoords({ left: event.clientX, top: event.clientY })?.pos ?? null);
                return true;
            },
            handleKeyDown(_view, event) {
                const command = (event.ctrlKey || event.metaKey) && !event.altKey;
                const key = event.key.toLowerCase();
                // Past the end of the text's own history the course's begins.
                if (command && key === "z" && !event.shiftKey && !editor.can().undo()) return Boolean(post({ kind: "asked", what: "undo" }));
                if (command && (key === "y" || (key === "z" && event.shiftKey)) && !editor.can().redo()) return Boolean(post({ kind: "asked", what: "redo" }));
                if (command && key === "k") return Boolean(post({ kind: "asked", what: "link" }));
                if (event.key === "F7") return nextMisspelt(editor, post) || Boolean(post({ kind: "asked", what: "no-misspelt" }));
                if (event.altKey && event.key === "F10") return Boolean(post({ kind: "asked", what: "toolbar" }));
                if (event.key === "F6" || event.key === "Escape") return Boolean(post({ kind: "asked", what: event.shiftKey ? "previous" : "next" }));
                return false;
            },
        },
        onUpdate: changed,
        onTransaction: state,
        onBlur: send,
    });
    window.addEventListener("pagehide", send);
    editor.on("focus", state);
}

/** What the toolbar's buttons do. A name may carry one argument. */
const COMMANDS = {
    bold: (chain) => chain.toggleBold(),
    italic: (chain) => chain.toggleItalic(),
    underline: (chain) => chain.toggleUnderline(),
    strike: (chain) => chain.toggleStrike(),
    code: (chain) => chain.toggleCode(),
    subscript: (chain) => chain.toggleMark("subscript"),
    superscript: (chain) => chain.toggleMark("superscript"),
    heading: (chain, level) => (level ? chain.setHeading({ level }) : chain.setParagraph()),
    bulletList: (chain) => chain.toggleBulletList(),
    orderedList: (chain) => chain.toggleOrderedList(),
    blockquote: (chain) => chain.toggleBlockquote(),
    codeBlock: (chain) => chain.toggleCodeBlock(),
    rule: (chain) => chain.setHorizontalRule(),
    callout: (chain, kind) => chain.toggleCallout(kind),
    table: (chain, [rows, columns]) => chain.insertTable({ rows, cols: columns, withHeaderRow: true }),
    rowAfter: (chain) => chain.addRowAfter(),
    columnAfter: (chain) => chain.addColumnAfter(),
    deleteRow: (chain) => chain.deleteRow(),
    deleteColumn: (chain) => chain.deleteColumn(),
    deleteTable: (chain) => chain.deleteTable(),
    headerRow: (chain) => chain.toggleHeaderRow(),
    mergeCells: (chain) => chain.mergeOrSplit(),
    direction: (chain) => {
        const dir = editor.isActive({ dir: "rtl" }) ? null : "rtl";
        return chain.updateAttributes("paragraph", { dir }).updateAttributes("heading", { dir }).updateAttributes("listItem", { dir });
    },
    link: (chain, href) => (href ? chain.extendMarkRange("link").setLink({ href }) : chain.extendMarkRange("link").unsetLink()),
    linkedText: (chain, [href, text]) => chain.insertContent({ type: "text", text, marks: [{ type: "link", attrs: { href } }] }),
    picture: (chain, attrs) => chain.insertContent({ type: "picture", attrs }),
    pictureDetails: (chain, attrs) => chain.updateAttributes("picture", attrs),
    media: (chain, attrs) => chain.insertContent({ type: "media", attrs }),
    clear: (chain) => chain.unsetAllMarks().clearNodes(),
    undo: (chain) => chain.undo(),
    redo: (chain) => chain.redo(),
};

window.LessonText = {
    start,
    /** Show another document. Its history begins anew, the cursor stands at its start; nothing is sent. Returns what the editor makes of it. */
    show(number, source, editable) {
        send(); // under the number of the text that it was typed into
        shown = number;
        lastState = "";
        editor.setEditable(editable, false);
        editor.chain().setMeta("addToHistory", false).setContent(source, { emitUpdate: false, parseOptions: { preserveWhitespace: false } }).run();
        // A new state without the history of what was shown before.
        editor.view.updateState(editor.state.reconfigure({ plugins: [] }));
        editor.view.updateState(editor.state.reconfigure({ plugins: editor.extensionManager.plugins }));
        sent = revision;
        scrollTo(0, 0);
        state();
        return html();
    },
    run(name, argument) {
        COMMANDS[name](editor.chain().focus(), argument).run();
    },
    /** The text as it is now; what had not been sent is with it. */
    flush() {
        clearTimeout(pause);
        pause = null;
        sent = revision;
        dirtySince = 0;
        return { text: shown, html: html() };
    },
    revision: () => revision,
    look(variables, dark) {
        for (const [name, value] of Object.entries(variables)) document.documentElement.style.setProperty(`--${name}`, value);
        document.documentElement.style.colorScheme = dark ? "dark" : "light";
    },
    selectedText: () => editor.state.doc.textBetween(editor.state.selection.from, editor.state.selection.to, " "),
    focus: () => editor.commands.focus(),
    dictionary: (language, words) => useDictionary(editor, language, words),
    learn: (word) => learn(editor, word),
    replaceWord: (place, by) => replaceWord(editor, place, by),
    nextMisspelt: () => nextMisspelt(editor, post),
    misspelt: () => misspelt(editor),
};

post({ kind: "ready" });

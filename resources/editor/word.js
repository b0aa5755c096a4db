// What Word puts on the clipboard, as the text that it means.
//
// Word says headings and emphasis in HTML that needs no help. Lists are paragraphs of the class MsoListParagraph with a marker inside of
// comments; its pictures are files on the computer that copied them.

export const isFromWord = (html) => /class="?Mso|xmlns:o="urn:schemas-microsoft-com|mso-|content="?Word\.Document/i.test(html);

export function fromWord(source) {
    // Markers of lists and what older programs should see instead are in conditional comments.
    const withoutConditions = source.replace(/<!--\[if [^\]]*\]>[\s\S]*?<!\[endif\]-->/gi, "").replace(/<!\[(?:if|endif)[^\]]*\]>/gi, "");
    const page = new DOMParser().parseFromString(withoutConditions, "text/html");
    for (const element of page.querySelectorAll("style, script, meta, link, title, xml")) element.remove();
    lists(page);
    let pictures = 0;
    for (const element of [...page.body.querySelectorAll("*")]) {
        if (element.localName === "img" && !/^(data|https?):/i.test(element.getAttribute("src") ?? "")) {
            pictures += 1;
            element.remove();
        } else if (element.localName.includes(":") || element.localName === "span" || element.localName === "font") {
            emphasis(element);
            element.replaceWith(...element.childNodes);
        } else {
            const keep = ["href", "src", "alt", "colspan", "rowspan", "start", "dir"];
            for (const { name } of [...element.attributes]) if (!keep.includes(name)) element.removeAttribute(name);
        }
    }
    for (const element of page.body.querySelectorAll("a:not([href])")) element.replaceWith(...element.childNodes); // bookmarks
    for (const element of page.body.querySelectorAll("p")) if (!element.textContent.replace(/\u00a0/g, " ").trim() && !element.querySelector("img")) element.remove();
    return { html: page.body.innerHTML, pictures };
}

function emphasis(span) {
    const wrap = (tag) => {
        const element = span.ownerDocument.createElement(tag);
        element.append(...span.childNodes);
        span.append(element);
    };
    if (/bold|[6-9]00/.test(span.style.fontWeight)) wrap("strong");
    if (span.style.fontStyle === "italic") wrap("em");
}

/** Paragraphs that Word numbers, as nested lists. `mso-list: l0 level2 lfo1` has the depth; the marker tells bullets from numbers. */
function lists(page) {
    const open = []; // the list of each level
    let last = null;
    for (const paragraph of [...page.body.querySelectorAll("p")]) {
        const level = Number(/mso-list:[^;]*level(\d+)/.exec(paragraph.getAttribute("style") ?? "")?.[1] ?? 0);
        if (!level) {
            open.length = 0;
            continue;
        }
        if (paragraph.previousElementSibling !== last) open.length = 0;
        const marker = [...paragraph.querySelectorAll("span")].find((span) => /mso-list:\s*ignore/i.test(span.getAttribute("style") ?? ""));
        const text = marker ? marker.textContent : /^\s*([^\s\u00a0]{1,5})[\s\u00a0]+/.exec(paragraph.textContent)?.[1] ?? "";
        const tag = /^[\s\u00a0]*(\d+|[a-z]{1,3}|[ivxlc]+)[.)]/i.test(text) ? "ol" : "ul";
        marker?.remove();
        open.length = Math.min(open.length, level);
        while (open.length < level) {
            const list = page.createElement(open.length + 1 === level ? tag : "ul");
            const above = open.at(-1);
            if (!above) paragraph.before(list);
            else (above.lastElementChild ?? above.appendChild(page.createElement("li"))).append(list);
            open.push(list);
        }
        const item = page.createElement("li");
        item.append(...paragraph.childNodes);
        open[level - 1].append(item);
        last = open[0];
        paragraph.remove();
    }
}

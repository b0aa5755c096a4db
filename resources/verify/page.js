"use strict";
/*
 * Whether a certificate is genuine, from its QR code alone: https://…/CERT-2026-7K3M9QXA#<JWS>. What stands behind # is not sent to any server.
 * The association's public keys are in this page; where a function to ask is configured, it is asked for the number and for nothing else.
 */
const association = JSON.parse(document.getElementById("association").textContent);
const NUMBER = /CERT-\d{4}-[0-9A-HJKMNP-TV-Z]{8}/;
const RECORD = {
    valid: ["good", "This certificate is valid."],
    expired: ["warn", "This certificate was valid and has expired."],
    revoked: ["bad", "This certificate was revoked and no longer counts."],
    superseded: ["warn", "This certificate was replaced by a newer one and no longer counts."],
    not_found: ["bad", "No certificate has this number."],
};

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
const json = (text) => JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes(text)));
const day = (text) => (text ? text.slice(0, 10) : "");

/** The fields that were signed, and what the signature is worth: whole, changed, stranger or distrusted. */
async function readCode(token) {
    let header, fields;
    const parts = token.split(".");
    try {
        header = json(parts[0]);
        fields = json(parts[1]);
    } catch (error) {
        return { seal: "changed" };
    }
    const key = association.keys.find((one) => one.id === header.kid);
    if (!key) return { seal: "stranger", fields };
    const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
    const imported = await crypto.subtle.importKey("jwk", key.jwk, algorithm, false, ["verify"]);
    const data = new TextEncoder().encode(parts[0] + "." + parts[1]);
    let whole = false;
    try {
        whole = header.alg === "ES256" && parts.length === 3 && (await crypto.subtle.verify(algorithm, imported, bytes(parts[2]), data));
    } catch (error) {
        whole = false;
    }
    if (!whole) return { seal: "changed" };
    return { seal: key.compromised && fields.on >= key.compromised ? "distrusted" : "whole", fields };
}

/** What the record says of a number; null where nothing is configured to be asked, or nothing answers. */
async function askRecord(number) {
    if (!association.ask || !number) return null;
    try {
        const answer = await fetch(association.ask, {
            method: "POST",
            headers: { "Content-Type": "application/json", ...association.headers },
            body: JSON.stringify({ p_certificate_number: number }),
            signal: AbortSignal.timeout(10000),
        });
        return answer.ok ? await answer.json() : null;
    } catch (error) {
        return null;
    }
}

function judge(number, code, record) {
    const notes = [];
    const signed = code && (code.seal === "whole" || code.seal === "distrusted") ? code.fields : null;
    const facts = compare(number, signed, record);
    const differing = facts.some((fact) => fact.differs);
    if (code && (code.seal === "changed" || differing)) return verdict("bad", "changed", "This certificate was changed: it is not as it was issued.", facts, notes);
    if (record && record.status !== "not_found") {
        if (code && code.seal !== "whole") notes.push("Its code does not prove who issued it; the answer rests on the record.");
        const [tone, sentence] = RECORD[record.status];
        return verdict(tone, record.status, sentence, facts, notes);
    }
    if (record) return verdict("bad", "not_found", RECORD.not_found[1], facts, notes);
    if (code && code.seal === "stranger") return verdict("bad", "stranger", "This code was not signed by the association.", [], notes);
    if (code && code.seal === "distrusted") return verdict("warn", "distrusted", "This code was signed with a key that others may have had.", facts, notes);
    if (signed) {
        const expired = signed.til && signed.til < new Date().toISOString().slice(0, 10);
        notes.push("The record was not asked: whether the certificate was revoked or replaced since cannot be known here.");
        if (expired) return verdict("warn", "expired", "This certificate was valid and has expired.", facts, notes);
        return verdict("good", "signed", "The association issued this certificate, and nothing on it was changed.", facts, notes);
    }
    if (number) return verdict("warn", "unknown", "The record cannot be asked just now, and the number alone proves nothing.", [], notes);
    return null;
}

const verdict = (tone, status, sentence, facts, notes) => ({ tone, status, sentence, facts, notes });

/** Each field: as it was signed, as it is on record, and whether they differ. */
function compare(number, signed, record) {
    const onRecord = record && record.status !== "not_found" ? record : null;
    const rows = [
        ["Number", signed && signed.jti, onRecord && onRecord.certificate_number, number],
        ["Holder", signed && signed.sub, onRecord && onRecord.member_name],
        ["Course", signed && signed.aud, onRecord && onRecord.course_title],
        ["CE credits", signed && Number(signed.ce) ? String(Number(signed.ce)) : "", onRecord && Number(onRecord.ce_credits) ? String(Number(onRecord.ce_credits)) : ""],
        ["Completed", signed && signed.done, onRecord && day(onRecord.completion_date)],
        ["Issued", signed && signed.on, onRecord && day(onRecord.issued_at)],
        ["Valid until", signed && signed.til, onRecord && day(onRecord.expires_at)],
    ];
    return rows
        .map(([name, a, b, asked]) => {
            // Credentials may follow the name on paper; the record gives the name alone.
            const same = !a || !b || a === b || (name === "Holder" && a.startsWith(b + ","));
            const differs = !same || (asked && a && a !== asked);
            return { name, value: b || a || "", signed: a || "", record: b || asked || "", differs: Boolean(differs) };
        })
        .filter((fact) => fact.value);
}

function show(found) {
    document.getElementById("by").textContent = association.name;
    const heading = document.getElementById("verdict");
    document.getElementById("ask").hidden = Boolean(found);
    document.body.dataset.status = found ? found.status : "ask";
    heading.textContent = found ? found.sentence : "Verify a certificate";
    heading.dataset.tone = found ? found.tone : "";
    const rows = document.getElementById("rows");
    rows.replaceChildren();
    for (const fact of found ? found.facts : []) {
        const row = rows.insertRow();
        const name = document.createElement("th");
        name.scope = "row";
        name.textContent = fact.name;
        row.append(name);
        const cell = row.insertCell();
        cell.textContent = fact.value;
        if (fact.differs) {
            const words = document.createElement("span");
            words.className = "differs";
            words.textContent = `signed “${fact.signed}”, asked for or on record “${fact.record}”`;
            cell.append(words);
        }
    }
    document.getElementById("facts").hidden = !rows.rows.length;
    document.getElementById("notes").replaceChildren(
        ...(found ? found.notes : []).map((text) => {
            const note = document.createElement("p");
            note.className = "note";
            note.textContent = text;
            return note;
        }),
    );
}

async function main() {
    const found = decodeURIComponent(location.pathname + location.search).toUpperCase().match(NUMBER);
    const number = found ? found[0] : "";
    const token = location.hash.slice(1);
    const code = token ? await readCode(token) : null;
    show(judge(number, code, await askRecord(number || (code && code.fields && code.fields.jti))));
}

document.getElementById("form").addEventListener("submit", (event) => {
    event.preventDefault();
    const typed = document.getElementById("number").value.trim().toUpperCase().replace(/O/g, "0").replace(/[IL]/g, "1");
    askRecord(typed).then((record) => show(judge(typed, null, record)));
});
window.addEventListener("hashchange", main);
main();

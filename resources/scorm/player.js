/*
 * The page around the content: gives it the API, and the application what it says.
 *
 * `LmsLaunch` (launch.js, written by the application) has the standard, the number of the last record, whether colours are dark, and
 * whether calls are to be traced. An item comes with `open`: its id, address, launch values and record, and whether it is but an asset.
 * Records go to the address `commit`, each with a number one higher than the one before:
 *   - LMSCommit and LMSFinish wait for the answer, which comes once the record is durable, with the launch values that changed by it;
 *   - between them what was set is sent behind the content's back, at most WRITE_BEHIND after it was set.
 * While a page is being left, waiting is refused by the browser; then the record is sent with `keepalive` and the application, which
 * closes the page, waits for it instead.
 */
var LmsPlayer = (function () {
    "use strict";

    var WRITE_BEHIND = 1000; // milliseconds
    var MOST_PATIENT = 30000; // milliseconds between two tries to store what could not be stored
    var TRACED = 2000; // characters of a value that authors are shown
    var TRACED_AT_ONCE = 5000; // calls
    var KEEPALIVE_LIMIT = 60000; // bytes; browsers take at most 64 KiB
    var sequence = LmsLaunch.sequence;
    var current = null; // {id, session, timer, dirty}
    var underway = 0;
    var idle = [];

    function post(address, body, keepalive) {
        underway += 1;
        return fetch(address, { method: "POST", body: body, keepalive: keepalive && body.length < KEEPALIVE_LIMIT / 3 })
            .then(function (response) { return response.ok; }, function () { return false; })
            .then(function (ok) {
                underway -= 1;
                if (!underway) {
                    idle.splice(0).forEach(function (resolve) { resolve(); });
                }
                return ok;
            });
    }

    function settled() {
        return underway ? new Promise(function (resolve) { idle.push(resolve); }) : Promise.resolve();
    }

    function body(opened, waits) {
        sequence += 1;
        return JSON.stringify({ sequence: sequence, item: opened.id, waits: waits, record: opened.session.record() });
    }

    function clean(opened) {
        opened.dirty = false;
        clearTimeout(opened.timer);
        opened.timer = 0;
    }

    /** Commit and Finish. True once the record is durable. */
    function commit(opened) {
        var text = body(opened, true);
        clean(opened);
        var request = new XMLHttpRequest();
        try {
            request.open("POST", "commit", false);
            request.send(text);
        } catch (refused) {
            // The page is being left: nobody may wait any more.
            post("commit", text, true);
            return true;
        }
        if (request.status !== 200) {
            later(opened);
            return false;
        }
        Object.assign(opened.session.launch, JSON.parse(request.responseText));
        return true;
    }

    function later(opened) {
        opened.dirty = true;
        if (!opened.timer) {
            opened.timer = setTimeout(function () { flush(opened); }, opened.pause);
        }
    }

    function flush(opened) {
        if (!opened.dirty) {
            return;
        }
        clean(opened);
        post("commit", body(opened, false), true).then(function (ok) {
            opened.pause = ok ? WRITE_BEHIND : Math.min(2 * opened.pause, MOST_PATIENT);
            if (!ok && opened === current) {
                later(opened);
            }
        });
    }

    function expose(opened, item) {
        var table = LmsScorm.tables[LmsLaunch.standard];
        opened.session = new LmsScorm.Session(
            table, Object.assign({}, item.launch), item.record,
            function () { return commit(opened); },
            function () { later(opened); });
        var api = opened.session.api();
        var initialize = Object.keys(table.methods)[0];
        var begin = api[initialize];
        api[initialize] = function (argument) {
            var answer = begin(argument);
            if (answer === "true") {
                later(opened);
            }
            return answer;
        };
        if (LmsLaunch.traced) {
            trace(opened, api);
        }
        Object.defineProperty(window, LmsLaunch.standard === "1.2" ? "API" : "API_1484_11", {
            configurable: true,
            get: function () {
                opened.sought = true;
                return api;
            }
        });
    }

    /**
     * Content that loaded and never as much as looked for the API is no SCO, whatever the manifest says: it was shown, and that is all.
     */
    function isMute(opened, frame) {
        return !opened.sought && frame.contentDocument !== null && frame.contentDocument.readyState === "complete"
            && frame.contentWindow.location.protocol !== "about:";
    }

    /** For authors: each call with what it got, sent in batches and in order. */
    function trace(opened, api) {
        var calls = [];
        Object.keys(api).forEach(function (name) {
            var call = api[name];
            api[name] = function (first, second) {
                var answer = call(first, second);
                if (!calls.length) {
                    setTimeout(send, 0);
                }
                if (calls.length >= TRACED_AT_ONCE) {
                    return answer; // nobody reads a flood
                }
                calls.push([name, text(first), text(second), String(answer).slice(0, TRACED), opened.session.error, opened.session.detail]);
                return answer;
            };
        });
        function send() {
            post("trace", JSON.stringify({ calls: calls.splice(0, 200) }), true).then(function () {
                if (calls.length) {
                    setTimeout(send, 0);
                }
            });
        }
    }

    function text(argument) {
        return argument === undefined ? null : String(argument).slice(0, TRACED);
    }

    /**
     * Take the content away and wait until everything it said is stored. The application knows whether it may be mute at all: it is not
     * where it posted to the application, as AICC has it, or where one of its scripts could not be had.
     */
    function leave(mayBeMute) {
        var frame = document.getElementById("content");
        if (!current) {
            return settled();
        }
        if (mayBeMute && isMute(current, frame)) {
            current.session.shown();
            later(current);
        }
        return new Promise(function (resolve) {
            frame.addEventListener("load", resolve, { once: true });
            frame.src = "about:blank";
        }).then(function () {
            var left = current;
            current = null;
            if (left) {
                flush(left);
            }
            return settled();
        });
    }

    /** Open an item, after leaving the one before. */
    function open(item) {
        return leave(false).then(function () {
            var opened = { id: item.id, session: null, timer: 0, dirty: false, pause: WRITE_BEHIND, sought: false };
            expose(opened, item);
            current = opened;
            if (item.asset) {
                // It need not speak: having been shown is all there is.
                opened.session.shown();
                later(opened);
            }
            var frame = document.getElementById("content");
            frame.onload = function () { lay(frame); };
            frame.src = item.address;
            frame.focus();
        });
    }

    function dark(on) {
        document.documentElement.style.colorScheme = on ? "dark" : "light";
    }

    /** Content that does not say that it knows dark colours was made for a white page, and writes on it in black. */
    function lay(frame) {
        var page = frame.contentDocument;
        var says = page && page.querySelector("meta[name='color-scheme' i]");
        var knows = page && ((says ? says.content : "") + getComputedStyle(page.documentElement).colorScheme).indexOf("dark") >= 0;
        frame.style.background = knows || !current ? "Canvas" : "white";
    }

    dark(LmsLaunch.dark);

    /** The application's calls: each answers over `done` with its number, as scripts cannot return promises to it. */
    function run(number, promise) {
        promise.then(function () { return ""; }, String).then(function (error) {
            post("done", JSON.stringify({ number: number, error: error }), false);
        });
    }

    return {
        open: function (number, item) { run(number, open(item)); },
        leave: function (number, mayBeMute) { run(number, leave(mayBeMute)); },
        dark: dark
    };
})();

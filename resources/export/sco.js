// A lesson of ours in any LMS: SCORM 1.2 or 2004, whichever it finds. A page is complete when it was opened, a film when it was seen to its end.
(function () {
    "use strict";
    function find(win) {
        for (var step = 0; win && step < 20; step += 1) {
            try {
                if (win.API_1484_11) return { api: win.API_1484_11, modern: true };
                if (win.API) return { api: win.API, modern: false };
            } catch (error) {
                return null; // another site's window
            }
            if (win.parent === win) break;
            win = win.parent;
        }
        return null;
    }
    var found = find(window) || (window.opener ? find(window.opener) : null);
    var ended = false;
    var began = Date.now();
    function call(classic, modern, first, second) {
        if (!found) return "";
        var name = found.modern ? modern : classic;
        return second === undefined ? found.api[name](first) : found.api[name](first, second);
    }
    function set(classic, modern, value) {
        call("LMSSetValue", "SetValue", found && found.modern ? modern : classic, value);
    }
    function time() {
        var seconds = Math.round((Date.now() - began) / 1000);
        if (found && found.modern) return "PT" + seconds + "S";
        function two(number) { return (number < 10 ? "0" : "") + number; }
        return two(Math.floor(seconds / 3600)) + ":" + two(Math.floor(seconds / 60) % 60) + ":" + two(seconds % 60);
    }
    function complete() {
        set("cmi.core.lesson_status", "cmi.completion_status", "completed");
        call("LMSCommit", "Commit", "");
    }
    function end() {
        if (ended) return;
        ended = true;
        set("cmi.core.session_time", "cmi.session_time", time());
        call("LMSFinish", "Terminate", "");
    }
    window.addEventListener("load", function () {
        call("LMSInitialize", "Initialize", "");
        var status = call("LMSGetValue", "GetValue", found && found.modern ? "cmi.completion_status" : "cmi.core.lesson_status");
        var film = document.querySelector("video[data-lesson]");
        if (status === "completed" || status === "passed") return;
        if (!film) complete();
        else {
            set("cmi.core.lesson_status", "cmi.completion_status", "incomplete");
            film.addEventListener("ended", complete);
            film.addEventListener("timeupdate", function () {
                if (film.duration && film.currentTime > film.duration * 0.9) complete();
            });
        }
    });
    window.addEventListener("pagehide", end);
    window.addEventListener("beforeunload", end);
})();

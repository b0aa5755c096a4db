/*
 * SCORM 1.2: the data model and the rules of "SCORM Run-Time Environment 1.2", section 3.
 *
 * Error codes are those of ADL's own conformance checks (1.2.7): a write-only element read is 404, a read-only one written 403, a keyword
 * written 402, a wrong type or range 405, an element that does not exist or lies behind the end of its array 201. 401 is kept for elements
 * of the AICC model that SCORM 1.2 leaves out.
 */
(function (tables) {
    "use strict";

    var DECIMAL = /^-?([0-9]+(\.[0-9]*)?|\.[0-9]+)$/;
    var INTEGER = /^[-+]?[0-9]+$/;
    var TIME = /^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,2})?$/;
    var TIMESPAN = /^([0-9]{2,4}):([0-9]{2}):([0-9]{2}(?:\.[0-9]{1,2})?)$/;
    var IDENTIFIER = /^[\u0021-\u007E]{1,255}$/;

    function matching(pattern) {
        return function (value) {
            return pattern.test(value) ? undefined : "type";
        };
    }

    function words() {
        var list = Array.prototype.slice.call(arguments);
        return function (value) {
            return list.indexOf(value) >= 0 ? undefined : "type";
        };
    }

    /** CMIString255 and CMIString4096. */
    function text(longest) {
        return function (value) {
            return value.length <= longest ? undefined : "type";
        };
    }

    /** CMIDecimal or CMIBlank, normalized to 0–100 (section 3.4.4, cmi.core.score). */
    function score(value) {
        return value === "" || (DECIMAL.test(value) && Number(value) >= 0 && Number(value) <= 100) ? undefined : "type";
    }

    /** CMISInteger within a range. */
    function integer(low, high) {
        return function (value) {
            return INTEGER.test(value) && Number(value) >= low && Number(value) <= high ? undefined : "type";
        };
    }

    /** cmi.comments grows with each value: all of it must fit. */
    function comments(value, session) {
        return session.get("cmi.comments").length + value.length <= 4096 ? undefined : "type";
    }

    // CMIFeedback depends on the interaction's type (section 3.4.4, cmi.interactions). A set may stand in braces; identifiers are single
    // characters. true-false takes whole words too: the first character counts.
    var IDS = /^\{?[0-9a-z](,[0-9a-z])*\}?$/;
    var FEEDBACK = {
        "true-false": /^(0|1|t|f|true|false)$/,
        choice: IDS,
        "fill-in": /^[^]{0,255}$/,
        matching: /^\{?[0-9a-z]\.[0-9a-z](,[0-9a-z]\.[0-9a-z])*\}?$/,
        performance: /^[^]{0,255}$/,
        sequencing: IDS,
        likert: /^[0-9a-z]?$/,
        numeric: DECIMAL
    };

    function feedback(value, session, indices) {
        var type = session.get("cmi.interactions." + indices[0] + ".type");
        return (FEEDBACK[type] || FEEDBACK["fill-in"]).test(value) ? undefined : "type";
    }

    var identifier = matching(IDENTIFIER);
    var decimal = matching(DECIMAL);
    var timespan = matching(TIMESPAN);

    function result(value) {
        return ["correct", "wrong", "unanticipated", "neutral"].indexOf(value) >= 0 || DECIMAL.test(value) ? undefined : "type";
    }

    var elements = {
        "cmi._version": { access: "r", initial: "3.4", launch: true },
        "cmi.core.student_id": { access: "r", launch: true },
        "cmi.core.student_name": { access: "r", launch: true },
        "cmi.core.lesson_location": { access: "rw", check: text(255) },
        "cmi.core.credit": { access: "r", initial: "credit", launch: true },
        "cmi.core.lesson_status": {
            access: "rw", initial: "not attempted", check: words("passed", "completed", "failed", "incomplete", "browsed")
        },
        "cmi.core.entry": { access: "r", launch: true },
        "cmi.core.score.raw": { access: "rw", check: score },
        "cmi.core.score.min": { access: "rw", check: score },
        "cmi.core.score.max": { access: "rw", check: score },
        "cmi.core.total_time": { access: "r", initial: "0000:00:00.00" },
        "cmi.core.lesson_mode": { access: "r", initial: "normal", launch: true },
        "cmi.core.exit": { access: "w", check: words("time-out", "suspend", "logout", "") },
        "cmi.core.session_time": { access: "w", check: timespan },
        "cmi.suspend_data": { access: "rw", check: text(4096) },
        "cmi.launch_data": { access: "r", launch: true },
        "cmi.comments": { access: "rw", append: true, check: comments },
        "cmi.comments_from_lms": { access: "r", launch: true },
        "cmi.objectives.n.id": { access: "rw", check: identifier },
        "cmi.objectives.n.score.raw": { access: "rw", check: score },
        "cmi.objectives.n.score.min": { access: "rw", check: score },
        "cmi.objectives.n.score.max": { access: "rw", check: score },
        "cmi.objectives.n.status": {
            access: "rw", initial: "not attempted",
            check: words("passed", "completed", "failed", "incomplete", "browsed", "not attempted")
        },
        "cmi.student_data.mastery_score": { access: "r", launch: true },
        "cmi.student_data.max_time_allowed": { access: "r", launch: true },
        "cmi.student_data.time_limit_action": { access: "r", launch: true },
        "cmi.student_preference.audio": { access: "rw", initial: "0", check: integer(-1, 100) },
        "cmi.student_preference.language": { access: "rw", check: text(255) },
        "cmi.student_preference.speed": { access: "rw", initial: "0", check: integer(-100, 100) },
        "cmi.student_preference.text": { access: "rw", initial: "0", check: integer(-1, 1) },
        "cmi.interactions.n.id": { access: "w", check: identifier },
        "cmi.interactions.n.objectives.n.id": { access: "w", check: identifier },
        "cmi.interactions.n.time": { access: "w", check: matching(TIME) },
        "cmi.interactions.n.type": {
            access: "w",
            check: words("true-false", "choice", "fill-in", "matching", "performance", "sequencing", "likert", "numeric")
        },
        "cmi.interactions.n.correct_responses.n.pattern": { access: "w", check: feedback },
        "cmi.interactions.n.weighting": { access: "w", check: decimal },
        "cmi.interactions.n.student_response": { access: "w", check: feedback },
        "cmi.interactions.n.result": { access: "w", check: result },
        "cmi.interactions.n.latency": { access: "w", check: timespan }
    };

    /** CMITimespan as hundredths of a second; 0 for what is none. */
    function hundredths(timespanText) {
        var match = TIMESPAN.exec(timespanText);
        return match ? Math.round((Number(match[1]) * 3600 + Number(match[2]) * 60 + Number(match[3])) * 100) : 0;
    }

    function padded(number, digits) {
        var string = String(number);
        return "0000".slice(0, Math.max(digits - string.length, 0)) + string;
    }

    function timespanOf(total) {
        var hours = Math.min(Math.floor(total / 360000), 9999);
        var rest = total - hours * 360000;
        var minutes = Math.min(Math.floor(rest / 6000), 99);
        rest = Math.min(rest - minutes * 6000, 9999);
        return padded(hours, 4) + ":" + padded(minutes, 2) + ":" + padded(Math.floor(rest / 100), 2) + "." + padded(rest % 100, 2);
    }

    /** The time of a session counts once: when it ends, or, if it never did, when the next one begins. */
    function addUp(session) {
        var spent = hundredths(session.get("cmi.core.session_time"));
        if (spent) {
            session.set("cmi.core.total_time", timespanOf(hundredths(session.get("cmi.core.total_time")) + spent));
        }
        session.drop("cmi.core.session_time");
    }

    tables["1.2"] = {
        methods: {
            LMSInitialize: "initialize",
            LMSFinish: "terminate",
            LMSGetValue: "getValue",
            LMSSetValue: "setValue",
            LMSCommit: "commit",
            LMSGetLastError: "getLastError",
            LMSGetErrorString: "getErrorString",
            LMSGetDiagnostic: "getDiagnostic"
        },
        errors: {
            "0": "No error",
            "101": "General exception",
            "201": "Invalid argument error",
            "202": "Element cannot have children",
            "203": "Element not an array - cannot have count",
            "301": "Not initialized",
            "401": "Not implemented error",
            "402": "Invalid set value, element is a keyword",
            "403": "Element is read only",
            "404": "Element is write only",
            "405": "Incorrect data type"
        },
        codes: {
            argument: "201", initializedAlready: "101", initializeAfter: "101",
            terminateBefore: "301", terminateAfter: "301", terminateFailed: "101",
            commitBefore: "301", commitAfter: "301", commitFailed: "101",
            getBefore: "301", getAfter: "301", setBefore: "301", setAfter: "301",
            full: "101", emptyGet: "201", emptySet: "201", unknown: "201", unimplemented: "401", getRange: "201", setRange: "201",
            noChildren: "202", noCount: "203", noVersion: "201", keyword: "402", readOnly: "403", writeOnly: "404", type: "405"
        },
        elements: elements,
        // What content from AICC tools may ask for and SCORM 1.2 leaves out.
        reserved: ["cmi.evaluation", "cmi.student_demographics", "cmi.paths", "cmi.core.lesson", "cmi.student_data.attempt_number",
            "cmi.student_data.tries", "cmi.student_data.tries_during_lesson", "cmi.student_data.attempt_records", "nav.event"],
        childless: { "cmi.interactions.n.objectives": true, "cmi.interactions.n.correct_responses": true },

        begin: function (session) {
            // A session that never ended is taken up where it stopped, like one that was suspended.
            var suspended = session.resumed && (!session.saved.finished || session.get("cmi.core.exit") === "suspend");
            session.launch["cmi.core.entry"] = !session.resumed ? "ab-initio" : suspended ? "resume" : "";
            session.drop("cmi.core.exit");
            addUp(session);
        },

        shown: function (session) {
            if (session.get("cmi.core.lesson_status") === "not attempted") {
                session.set("cmi.core.lesson_status", "completed");
            }
        },

        finish: function (session) {
            var status = session.get("cmi.core.lesson_status");
            var browsing = session.get("cmi.core.lesson_mode") === "browse";
            if (status === "not attempted") {
                // The content leaves the status to us (section 3.4.4, cmi.core.lesson_status).
                session.set("cmi.core.lesson_status", browsing ? "browsed" : "completed");
            }
            var mastery = session.get("cmi.student_data.mastery_score");
            var raw = session.get("cmi.core.score.raw");
            var counts = session.get("cmi.core.credit") === "credit" && !browsing && session.get("cmi.core.exit") !== "suspend";
            if (counts && mastery !== "" && raw !== "" && DECIMAL.test(mastery)) {
                session.set("cmi.core.lesson_status", Number(raw) >= Number(mastery) ? "passed" : "failed");
            }
            addUp(session);
        }
    };
})(LmsScorm.tables);

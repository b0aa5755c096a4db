/*
 * SCORM 2004: the data model and the rules of "SCORM 2004 4th Edition Run-Time Environment", sections 3 and 4. What only sequencing
 * knows comes with the launch: which navigation requests are valid, shared data and the rights to it (`adl.data.n.access`), and whether the
 * attempt goes on (`cmi.entry`). Where it says that, it also decides what a status becomes that the content left open.
 *
 * Lengths are the standard's smallest permitted maximums: longer values are kept whole.
 */
(function (tables) {
    "use strict";

    var REAL = /^-?([0-9]+(\.[0-9]*)?|\.[0-9]+)$/;
    var LANGUAGE = /^([A-Za-z]{2,3}|[ix])(-[A-Za-z0-9]{1,8})*$/;
    // ISO 639-1 and ISO 639-2 with its bibliographic and its withdrawn codes: what RFC 4646 takes as a language (qaa to qtz are free).
    var LANGUAGES = (
        "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo es " +
        "et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik in io is it iu iw ja ji jv ka " +
        "kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mo mr ms mt my na nb nd ne ng nl " +
        "nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn so sq sr ss st su sv sw " +
        "ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu " +
        "aar abk ace ach ada ady afa afh afr ain aka akk alb ale alg alt amh ang anp apa ara arc arg arm arn arp art arw asm ast " +
        "ath aus ava ave awa aym aze bad bai bak bal bam ban baq bas bat bej bel bem ben ber bho bih bik bin bis bla bnt bod bos " +
        "bra bre btk bua bug bul bur byn cad cai car cat cau ceb cel ces cha chb che chg chi chk chm chn cho chp chr chu chv chy " +
        "cmc cnr cop cor cos cpe cpf cpp cre crh crp csb cus cym cze dak dan dar day del den deu dgr din div doi dra dsb dua dum " +
        "dut dyu dzo efi egy eka ell elx eng enm epo est eus ewe ewo fan fao fas fat fij fil fin fiu fon fra fre frm fro frr frs " +
        "fry ful fur gaa gay gba gem geo ger gez gil gla gle glg glv gmh goh gon gor got grb grc gre grn gsw guj gwi hai hat hau " +
        "haw heb her hil him hin hit hmn hmo hrv hsb hun hup hye iba ibo ice ido iii ijo iku ile ilo ina inc ind ine inh ipk ira " +
        "iro isl ita jav jbo jpn jpr jrb kaa kab kac kal kam kan kar kas kat kau kaw kaz kbd kha khi khm kho kik kin kir kmb kok " +
        "kom kon kor kos kpe krc krl kro kru kua kum kur kut lad lah lam lao lat lav lez lim lin lit lol loz ltz lua lub lug lui " +
        "lun luo lus mac mad mag mah mai mak mal man mao map mar mas may mdf mdr men mga mic min mis mkd mkh mlg mlt mnc mni mno " +
        "moh mol mon mos mri msa mul mun mus mwl mwr mya myn myv nah nai nap nau nav nbl nde ndo nds nep new nia nic niu nld nno " +
        "nob nog non nor nqo nso nub nwc nya nym nyn nyo nzi oci oji ori orm osa oss ota oto paa pag pal pam pan pap pau peo per " +
        "phi phn pli pol pon por pra pro pus que raj rap rar roa roh rom ron rum run rup rus sad sag sah sai sal sam san sas sat " +
        "scc scn sco scr sel sem sga sgn shn sid sin sio sit sla slk slo slv sma sme smi smj smn smo sms sna snd snk sog som son " +
        "sot spa sqi srd srn srp srr ssa ssw suk sun sus sux swa swe syc syr tah tai tam tat tel tem ter tet tgk tgl tha tib tig " +
        "tir tiv tkl tlh tli tmh tog ton tpi tsi tsn tso tuk tum tup tur tut tvl twi tyv udm uga uig ukr umb und urd uzb vai ven " +
        "vie vol vot wak wal war was wel wen wln wol xal xho yao yap yid yor ypk zap zbl zen zgh zha zho znd zul zun zxx zza"
    ).split(" ");
    // A zone follows only a fraction of a second.
    var DATE = "([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})(?:T([0-9]{2})(?::([0-9]{2})(?::([0-9]{2})(?:\\.[0-9]{1,2}(?:ZONE)?)?)?)?)?)?)?";
    var TIME = new RegExp("^" + DATE.replace("ZONE", "Z|[+-]([0-9]{2})(?::([0-9]{2}))?") + "$");
    var INTERVAL = /^P(?:([0-9]+)Y)?(?:([0-9]+)M)?(?:([0-9]+)D)?(T(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9]+(?:\.[0-9]{1,2})?)S)?)?$/;
    var NAVIGATION = /^(continue|previous|exit|exitAll|abandon|abandonAll|suspendAll|_none_|\{target=[^{}\s]+\}(choice|jump))$/;

    function words() {
        var list = Array.prototype.slice.call(arguments);
        return function (value) {
            return list.indexOf(value) >= 0 ? undefined : "type";
        };
    }

    /** real(10,7), within a range where one is given. */
    function real(low, high) {
        return function (value) {
            if (!REAL.test(value)) {
                return "type";
            }
            return (low !== undefined && Number(value) < low) || (high !== undefined && Number(value) > high) ? "range" : undefined;
        };
    }

    /** localized_string_type: a text, perhaps with `{lang=…}` before it. */
    function isLocalized(value) {
        var match = /^\{lang=([^}]*)\}/.exec(value);
        return match ? isLanguage(match[1]) : !/^\{lang=/.test(value);
    }

    function isLanguage(value) {
        var primary = value.split("-")[0].toLowerCase();
        return LANGUAGE.test(value) && (primary.length === 1 || /^q[a-t][a-z]$/.test(primary) || LANGUAGES.indexOf(primary) >= 0);
    }

    function localized(value) {
        return isLocalized(value) ? undefined : "type";
    }

    function language(value) {
        return value === "" || isLanguage(value) ? undefined : "type";
    }

    /** long_identifier_type: a URI or URN. */
    function isIdentifier(value) {
        if (!/^[^\s{}\[\]<>"|\\^`]+$/.test(value)) {
            return false;
        }
        return !/^urn:/i.test(value) || /^urn:[A-Za-z0-9][A-Za-z0-9-]{0,31}:.+$/i.test(value);
    }

    /** time(second,10,0): from a year down to hundredths with a zone, 1970 to 2038. */
    function time(value) {
        var match = TIME.exec(value);
        if (!match || Number(match[1]) < 1970 || Number(match[1]) > 2038) {
            return "type";
        }
        var month = match[2] === undefined ? 1 : Number(match[2]);
        var day = match[3] === undefined ? 1 : Number(match[3]);
        var days = new Date(Date.UTC(Number(match[1]), month, 0)).getUTCDate();
        var fits = month >= 1 && month <= 12 && day >= 1 && day <= days && (match[4] || 0) < 24 && (match[5] || 0) < 60
            && (match[6] || 0) < 60 && (match[7] || 0) < 24 && (match[8] || 0) < 60;
        return fits ? undefined : "type";
    }

    function intervalOf(value) {
        var match = INTERVAL.exec(value);
        return match && value !== "P" && match[4] !== "T" && value.length > 1 ? match : null;
    }

    function interval(value) {
        return intervalOf(value) ? undefined : "type";
    }

    // --- interactions ------------------------------------------------------------------------------------------------------------

    function shortIdentifiers(text, most) {
        var list = text === "" ? [] : text.split("[,]");
        var distinct = list.every(function (one, i) { return list.indexOf(one) === i; });
        return list.length <= most && distinct && list.every(isIdentifier);
    }

    // What the settings at the beginning of a pattern are where they are left out.
    var SETTINGS = { case_matters: "false", order_matters: "true" };

    /**
     * A pattern with its settings in one way of writing (section 4.2.9.1): in the same order, and none that is the default. `names` are the
     * settings of its type, where `lang` may stand among them. Null where one of them is wrong.
     */
    function settled(text, names) {
        var found = {};
        var rest = text;
        for (;;) {
            var match = /^\{(case_matters|order_matters|lang)=([^}]*)\}/.exec(rest);
            if (!match || (match[1] === "lang" && names.indexOf("lang") < 0) || has(found, match[1])) {
                break;
            }
            if (names.indexOf(match[1]) < 0 || (match[1] === "lang" ? !isLanguage(match[2]) : match[2] !== "true" && match[2] !== "false")) {
                return null;
            }
            found[match[1]] = match[2];
            rest = rest.slice(match[0].length);
        }
        var head = names.filter(function (name) { return has(found, name) && found[name] !== SETTINGS[name]; })
            .map(function (name) { return "{" + name + "=" + found[name] + "}"; }).join("");
        return { head: head, rest: rest };
    }

    function has(object, name) {
        return Object.prototype.hasOwnProperty.call(object, name);
    }

    function texts(text) {
        return text.split("[,]").every(isLocalized);
    }

    function pairs(text) {
        return text === "" || text.split("[,]").every(function (pair) {
            var sides = pair.split("[.]");
            return sides.length === 2 && sides.every(isIdentifier);
        });
    }

    function numbers(text) {
        var ends = text.split("[:]");
        var filled = ends.filter(function (end) { return end !== ""; });
        return ends.length === 2 && filled.every(function (end) { return REAL.test(end); })
            && (filled.length < 2 || Number(ends[0]) <= Number(ends[1]));
    }

    function steps(text, pattern) {
        return text.split("[,]").every(function (step) {
            var parts = step.split("[.]");
            if (parts.length !== 2 || (parts[0] === "" && parts[1] === "") || (parts[0] !== "" && !isIdentifier(parts[0]))) {
                return false;
            }
            return !(pattern && parts[1].indexOf("[:]") >= 0) || numbers(parts[1]);
        });
    }

    var RESPONSES = {
        "true-false": function (text) { return text === "true" || text === "false"; },
        choice: function (text) { return shortIdentifiers(text, 36); },
        "fill-in": texts,
        "long-fill-in": isLocalized,
        likert: isIdentifier,
        matching: pairs,
        performance: function (text) { return steps(text, false); },
        sequencing: function (text) { return text !== "" && text.split("[,]").every(isIdentifier); },
        numeric: function (text) { return REAL.test(text); },
        other: function () { return true; }
    };

    var PATTERN_SETTINGS = {
        "fill-in": ["case_matters", "order_matters"],
        "long-fill-in": ["case_matters", "lang"],
        performance: ["order_matters"]
    };

    var PATTERNS = Object.assign({}, RESPONSES, {
        performance: function (text) { return steps(text, true); },
        numeric: numbers
    });

    var ONE_PATTERN = ["true-false", "likert", "numeric", "other"];
    var DISTINCT_PATTERNS = ["choice", "sequencing"];

    function response(value, session, indices) {
        var type = session.get("cmi.interactions." + indices[0] + ".type");
        return RESPONSES[type](value) ? undefined : "type";
    }

    function pattern(value, session, indices) {
        var interaction = "cmi.interactions." + indices[0];
        var type = session.get(interaction + ".type");
        if (ONE_PATTERN.indexOf(type) >= 0 && indices[1] > 0) {
            return "set";
        }
        var names = PATTERN_SETTINGS[type];
        var parts = names ? settled(value, names) : { rest: value };
        if (parts === null || !PATTERNS[type](parts.rest)) {
            return "type";
        }
        var patterns = interaction + ".correct_responses";
        return DISTINCT_PATTERNS.indexOf(type) >= 0 && taken(session, patterns, "pattern", value, indices[1]) ? "set" : undefined;
    }

    function settledPattern(value, session, indices) {
        var names = PATTERN_SETTINGS[session.get("cmi.interactions." + indices[0] + ".type")];
        var parts = names && settled(value, names);
        return parts ? parts.head + parts.rest : value;
    }

    function result(value) {
        return ["correct", "incorrect", "unanticipated", "neutral"].indexOf(value) >= 0 || REAL.test(value) ? undefined : "type";
    }

    /** True where another entry of the array has the value already. */
    function taken(session, array, name, value, index) {
        for (var i = 0; i < session.count(array); i++) {
            if (i !== index && session.get(array + "." + i + "." + name) === value) {
                return true;
            }
        }
        return false;
    }

    function identifier(value) {
        return isIdentifier(value) ? undefined : "type";
    }

    /** An identifier that no other entry of its array has. */
    function own(value, session, indices, address) {
        var array = address.split(".").slice(0, -2).join(".");
        return identifier(value) || (taken(session, array, "id", value, indices[indices.length - 1]) ? "set" : undefined);
    }

    /** An objective keeps the identifier that it was given first (section 4.2.17). */
    function objective(value, session, indices, address) {
        var fault = own(value, session, indices, address);
        var before = session.get(address);
        return fault || (before !== "" && before !== value ? "set" : undefined);
    }

    // --- elements ----------------------------------------------------------------------------------------------------------------

    /** Where the manifest says how much is enough, the measure decides, not the content (section 4.2.4). */
    function completion(session, value) {
        var threshold = session.get("cmi.completion_threshold");
        var measure = session.get("cmi.progress_measure");
        if (threshold === "") {
            return value;
        }
        return measure === "" ? "unknown" : Number(measure) >= Number(threshold) ? "completed" : "incomplete";
    }

    /** Where the manifest says what passes, the score decides, not the content (section 4.2.22). */
    function success(session, value) {
        var passing = session.get("cmi.scaled_passing_score");
        var scaled = session.get("cmi.score.scaled");
        if (passing === "") {
            return value;
        }
        return scaled === "" ? "unknown" : Number(scaled) >= Number(passing) ? "passed" : "failed";
    }

    function sharedData(session, indices) {
        var access = session.launch["adl.data." + indices[0] + ".access"];
        return access === undefined ? "rw" : access;
    }

    var unset = "unset";
    var COMPLETION = words("completed", "incomplete", "not attempted", "unknown");
    var SUCCESS = words("passed", "failed", "unknown");
    var ID = ["id"];
    var ID_AND_TYPE = ["id", "type"];

    tables["2004"] = {
        methods: {
            Initialize: "initialize",
            Terminate: "terminate",
            GetValue: "getValue",
            SetValue: "setValue",
            Commit: "commit",
            GetLastError: "getLastError",
            GetErrorString: "getErrorString",
            GetDiagnostic: "getDiagnostic"
        },
        errors: {
            "0": "No Error",
            "101": "General Exception",
            "102": "General Initialization Failure",
            "103": "Already Initialized",
            "104": "Content Instance Terminated",
            "111": "General Termination Failure",
            "112": "Termination Before Initialization",
            "113": "Termination After Termination",
            "122": "Retrieve Data Before Initialization",
            "123": "Retrieve Data After Termination",
            "132": "Store Data Before Initialization",
            "133": "Store Data After Termination",
            "142": "Commit Before Initialization",
            "143": "Commit After Termination",
            "201": "General Argument Error",
            "301": "General Get Failure",
            "351": "General Set Failure",
            "391": "General Commit Failure",
            "401": "Undefined Data Model Element",
            "402": "Unimplemented Data Model Element",
            "403": "Data Model Element Value Not Initialized",
            "404": "Data Model Element Is Read Only",
            "405": "Data Model Element Is Write Only",
            "406": "Data Model Element Type Mismatch",
            "407": "Data Model Element Value Out Of Range",
            "408": "Data Model Dependency Not Established"
        },
        codes: {
            argument: "201", initializedAlready: "103", initializeAfter: "104",
            terminateBefore: "112", terminateAfter: "113", terminateFailed: "111",
            commitBefore: "142", commitAfter: "143", commitFailed: "391",
            getBefore: "122", getAfter: "123", setBefore: "132", setAfter: "133",
            full: "351", emptyGet: "301", emptySet: "351", unknown: "401", unimplemented: "402", getRange: "301", setRange: "351",
            noChildren: "301", noCount: "301", noVersion: "301", keyword: "404", readOnly: "404", writeOnly: "405",
            type: "406", range: "407", dependency: "408", unset: "403", set: "351"
        },
        elements: {
            "cmi._version": { access: "r", initial: "1.0", launch: true },
            "cmi.comments_from_learner.n.comment": { access: "rw", check: localized, unset: unset },
            "cmi.comments_from_learner.n.location": { access: "rw", unset: unset },
            "cmi.comments_from_learner.n.timestamp": { access: "rw", check: time, unset: unset },
            "cmi.comments_from_lms.n.comment": { access: "r", unset: unset },
            "cmi.comments_from_lms.n.location": { access: "r", unset: unset },
            "cmi.comments_from_lms.n.timestamp": { access: "r", unset: unset },
            "cmi.completion_status": { access: "rw", initial: "unknown", check: COMPLETION, value: completion },
            "cmi.completion_threshold": { access: "r", launch: true, unset: unset },
            "cmi.credit": { access: "r", initial: "credit", launch: true },
            "cmi.entry": { access: "r", initial: "", launch: true },
            "cmi.exit": { access: "w", check: words("time-out", "suspend", "logout", "normal", "") },
            "cmi.interactions.n.id": { access: "rw", check: identifier, unset: unset },
            "cmi.interactions.n.type": {
                access: "rw", needs: ID, unset: unset,
                check: words("true-false", "choice", "fill-in", "long-fill-in", "matching", "performance", "sequencing", "likert",
                    "numeric", "other")
            },
            "cmi.interactions.n.objectives.n.id": { access: "rw", check: own, needs: ID, unset: unset },
            "cmi.interactions.n.timestamp": { access: "rw", check: time, needs: ID, unset: unset },
            "cmi.interactions.n.correct_responses.n.pattern": { access: "rw", check: pattern, normal: settledPattern, needs: ID_AND_TYPE, unset: unset },
            "cmi.interactions.n.weighting": { access: "rw", check: real(), needs: ID, unset: unset },
            "cmi.interactions.n.learner_response": { access: "rw", check: response, needs: ID_AND_TYPE, unset: unset },
            "cmi.interactions.n.result": { access: "rw", check: result, needs: ID, unset: unset },
            "cmi.interactions.n.latency": { access: "rw", check: interval, needs: ID, unset: unset },
            "cmi.interactions.n.description": { access: "rw", check: localized, needs: ID, unset: unset },
            "cmi.launch_data": { access: "r", launch: true, unset: unset },
            "cmi.learner_id": { access: "r", launch: true },
            "cmi.learner_name": { access: "r", launch: true },
            "cmi.learner_preference.audio_level": { access: "rw", initial: "1", check: real(0) },
            "cmi.learner_preference.language": { access: "rw", initial: "", check: language },
            "cmi.learner_preference.delivery_speed": { access: "rw", initial: "1", check: real(0) },
            "cmi.learner_preference.audio_captioning": { access: "rw", initial: "0", check: words("-1", "0", "1") },
            "cmi.location": { access: "rw", unset: unset },
            "cmi.max_time_allowed": { access: "r", launch: true, unset: unset },
            "cmi.mode": { access: "r", initial: "normal", launch: true },
            "cmi.objectives.n.id": { access: "rw", check: objective, unset: unset },
            "cmi.objectives.n.score.scaled": { access: "rw", check: real(-1, 1), needs: ID, unset: unset },
            "cmi.objectives.n.score.raw": { access: "rw", check: real(), needs: ID, unset: unset },
            "cmi.objectives.n.score.min": { access: "rw", check: real(), needs: ID, unset: unset },
            "cmi.objectives.n.score.max": { access: "rw", check: real(), needs: ID, unset: unset },
            "cmi.objectives.n.success_status": { access: "rw", initial: "unknown", check: SUCCESS, needs: ID },
            "cmi.objectives.n.completion_status": { access: "rw", initial: "unknown", check: COMPLETION, needs: ID },
            "cmi.objectives.n.progress_measure": { access: "rw", check: real(0, 1), needs: ID, unset: unset },
            "cmi.objectives.n.description": { access: "rw", check: localized, needs: ID, unset: unset },
            "cmi.progress_measure": { access: "rw", check: real(0, 1), unset: unset },
            "cmi.scaled_passing_score": { access: "r", launch: true, unset: unset },
            "cmi.score.scaled": { access: "rw", check: real(-1, 1), unset: unset },
            "cmi.score.raw": { access: "rw", check: real(), unset: unset },
            "cmi.score.min": { access: "rw", check: real(), unset: unset },
            "cmi.score.max": { access: "rw", check: real(), unset: unset },
            "cmi.session_time": { access: "w", check: interval },
            "cmi.success_status": { access: "rw", initial: "unknown", check: SUCCESS, value: success },
            "cmi.suspend_data": { access: "rw", unset: unset },
            "cmi.time_limit_action": { access: "r", initial: "continue,no message", launch: true },
            "cmi.total_time": { access: "r", initial: "PT0H0M0S" },
            "adl.data.n.id": { access: "r", unset: unset },
            "adl.data.n.store": { access: sharedData, blank: true, unset: unset },
            "adl.nav.request_valid.continue": { access: "r", initial: "unknown", launch: true },
            "adl.nav.request_valid.previous": { access: "r", initial: "unknown", launch: true },
            "adl.nav.request_valid.choice.{target}": { access: "r", initial: "unknown", launch: true },
            "adl.nav.request_valid.jump.{target}": { access: "r", initial: "unknown", launch: true },
            "adl.nav.request": {
                access: "rw", initial: "_none_",
                check: function (value) { return NAVIGATION.test(value) ? undefined : "type"; }
            }
        },
        reserved: [],
        fixed: { "adl.data": true },
        childless: {
            cmi: true, adl: true, "adl.nav": true, "cmi.interactions.n.objectives": true, "cmi.interactions.n.correct_responses": true
        },

        begin: function (session) {
            session.sequenced = Boolean(session.launch["cmi.entry"]);
            var suspended = session.sequenced ? session.launch["cmi.entry"] === "resume"
                : session.resumed && (!session.saved.finished || session.get("cmi.exit") === "suspend");
            if (suspended) {
                session.drop("cmi.exit");
                addUp(session);
            } else {
                session.clear(); // an attempt that ended is followed by a new one (section 2.1.1)
            }
            session.drop("adl.nav.request");
            session.dropArray("adl.data"); // others may have written it since
            session.launch["cmi.entry"] = suspended ? "resume" : "ab-initio";
        },

        shown: function (session) {
            if (session.get("cmi.completion_status") === "unknown") {
                session.set("cmi.completion_status", "completed");
            }
        },

        finish: function (session) {
            ["cmi.completion_status", "cmi.success_status"].forEach(function (status) {
                var said = session.get(status);
                // To sequencing it makes a difference whether the content said "unknown" or nothing.
                if (!session.sequenced || said !== "unknown" || session.hasValue(status, {})) {
                    session.set(status, said);
                }
            });
            if (!session.sequenced && session.get("cmi.completion_status") === "unknown" && session.get("cmi.exit") !== "suspend"
                && session.get("cmi.completion_threshold") === "") {
                session.set("cmi.completion_status", "completed"); // the content leaves it to us (SN 4.2.1, completionSetByContent)
            }
            addUp(session);
        }
    };

    /** The time of a session counts once: when it ends, or, if it never did, when the next one begins. */
    function addUp(session) {
        var spent = seconds(session.get("cmi.session_time"));
        if (spent) {
            session.set("cmi.total_time", intervalText(seconds(session.get("cmi.total_time")) + spent));
        }
        session.drop("cmi.session_time");
    }

    /** An interval in hundredths of a second. Years and months count as the standard's own examples do: 365 and 30 days. */
    function seconds(text) {
        var match = intervalOf(text);
        if (!match) {
            return 0;
        }
        var number = function (i) { return Number(match[i] || 0); };
        var days = number(1) * 365 + number(2) * 30 + number(3);
        return Math.round((((days * 24 + number(5)) * 60 + number(6)) * 60 + number(7)) * 100);
    }

    function intervalText(hundredths) {
        var whole = Math.floor(hundredths / 100);
        var rest = hundredths % 100;
        var fraction = rest ? "." + (rest < 10 ? "0" : "") + rest : "";
        return "PT" + Math.floor(whole / 3600) + "H" + Math.floor((whole % 3600) / 60) + "M" + (whole % 60) + fraction + "S";
    }
})(LmsScorm.tables);

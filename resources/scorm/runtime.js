/*
 * The SCORM run-time engine: one session of one SCO against a table that describes a data model.
 *
 * Plain ES2016 without a browser, so that the same file runs in Chromium and in QJSEngine. A table (scorm12.js, scorm2004.js) says what
 * the standard says: the elements with their types and rights, the error codes, and what happens when a session begins and ends. This
 * file says what both standards share: the state of a session, how elements are addressed, and how arrays grow.
 *
 * A table has
 *   methods    the API's own names for the eight functions
 *   errors     code -> short text
 *   codes      name -> code, for the names used here and in `check`
 *   elements   address with `n` for an index -> element
 *   fixed      arrays that the content cannot add to
 *   reserved   addresses that the standard's family knows and this data model leaves out
 *   begin, finish   functions (session) that apply the standard's rules to the values
 *
 * An element has
 *   access     "r", "w" or "rw", as the content sees it, or a function (session, indices) that answers one of these or ""
 *   check      (value, session, indices) -> undefined when the value is fine, else the name of an error in `codes`
 *   initial    value before anything is set; an element without one and without a value is `unset`
 *   launch     true where the value is given with the launch and not part of the record
 *   value      (session, value set) -> what it reads as, where the rules may overrule the content
 *   normal     (value, session, indices) -> the one way of writing it, for a value that passed `check`
 *   append     true where a new value is added to the old one
 *   needs      names that the outermost array entry must have before
 *   blank      true where the empty string is the same as no value
 *   unset      name of the error when it is read before it has a value (absent: it reads as the empty string)
 */
var LmsScorm = (function () {
    "use strict";

    var KEYWORDS = { _children: true, _count: true, _version: true };
    var INDEX = /^[0-9]{1,9}$/;
    var LARGEST = 4000000; // characters of all values of an item: many times what either standard asks for, and what the server takes
    var TARGET = /\{target=[^}]*\}/; // one name, whatever dots and digits it has

    /** Index of the table, made once: groups (`cmi.core`), arrays (`cmi.objectives`) and their children in the order of the table. */
    function prepare(table) {
        if (table.groups) {
            return table;
        }
        table.groups = {};
        table.arrays = {};
        Object.keys(table.elements).forEach(function (address) {
            var parts = address.split(".");
            for (var depth = parts.length - 1; depth > 0; depth--) {
                var parent = parts.slice(0, depth).join(".");
                var child = parts[depth];
                if (child === "n") {
                    table.arrays[parent] = true;
                } else if (parts[depth - 1] === "n") {
                    add(table.groups, parent, child);
                    add(table.groups, parts.slice(0, depth - 1).join("."), child);
                } else {
                    add(table.groups, parent, child);
                }
            }
        });
        return table;
    }

    function add(groups, name, child) {
        var list = groups[name] || (groups[name] = []);
        if (list.indexOf(child) < 0 && !KEYWORDS[child]) {
            list.push(child);
        }
    }

    function has(object, name) {
        return Object.prototype.hasOwnProperty.call(object, name);
    }

    /** Text that every database can store: no NUL and no half of a surrogate pair. */
    function storable(text) {
        return text.replace(/\u0000|[\uD800-\uDBFF](?![\uDC00-\uDFFF])/g, "\uFFFD").replace(/(^|[^\uD800-\uDBFF])[\uDC00-\uDFFF]/g, "$1\uFFFD");
    }

    /**
     * One session. `launch` gives the values of the launch by address, `saved` the record of the session before (or null).
     * `commit(final)` stores the record and answers whether it is durable; `changed()` is told of each value set.
     */
    function Session(table, launch, saved, commit, changed) {
        this.table = prepare(table);
        this.launch = launch || {};
        this.saved = saved || null;
        this.values = {};
        this.counts = {};
        this.state = "before";
        this.error = "0";
        this.detail = "";
        this._commit = commit || function () { return true; };
        this._changed = changed || function () {};
        var self = this;
        Object.keys((saved && saved.cmi) || {}).forEach(function (address) {
            var place = self.place(address);
            if (place && !place.element.launch) {
                self.put(address, place, String(saved.cmi[address]));
            }
        });
        this.resumed = Boolean(saved);
        table.begin(this);
        // What the launch gives for elements that the content may set as well is what sequencing knows of its objectives by now, others'
        // words included: it replaces what the content left there when it was suspended.
        Object.keys(this.launch).forEach(function (address) {
            var place = self.place(address);
            if (place && !place.element.launch) {
                self.put(address, place, String(self.launch[address]));
            }
        });
    }

    /** The value of `address` as the rules see it, without any rights or errors. */
    Session.prototype.get = function (address) {
        var place = this.place(address);
        if (!place) {
            return "";
        }
        var element = place.element;
        var value = element.initial === undefined ? "" : element.initial;
        if (has(this.values, address)) {
            value = this.values[address];
        } else if (element.launch && has(this.launch, address)) {
            value = String(this.launch[address]);
        }
        return element.value ? element.value(this, value) : value;
    };

    /** Set by the rules: no rights, no checks. */
    Session.prototype.set = function (address, value) {
        this.put(address, this.place(address), value);
    };

    Session.prototype.hasValue = function (address, element) {
        if (element.blank && this.values[address] === "") {
            return false;
        }
        return has(this.values, address) || element.initial !== undefined || Boolean(element.launch && has(this.launch, address));
    };

    /** Forget everything that was set, arrays included. */
    Session.prototype.clear = function () {
        this.values = {};
        this.counts = {};
    };

    Session.prototype.drop = function (address) {
        delete this.values[address];
    };

    /** Forget all entries of an array. */
    Session.prototype.dropArray = function (array) {
        var self = this;
        Object.keys(this.values).forEach(function (address) {
            if (address.indexOf(array + ".") === 0) {
                self.drop(address);
            }
        });
        delete this.counts[array];
    };

    Session.prototype.mayAccess = function (right, place) {
        var access = place.element.access;
        return (typeof access === "function" ? access(this, place.indices) : access).indexOf(right) >= 0;
    };

    /** Where an address leads: its element, its indices and the arrays it goes through; null where the table has no such element. */
    Session.prototype.place = function (address) {
        var parts = address.replace(TARGET, "{target}").split(".");
        var pattern = this.patternOf(address);
        if (parts.indexOf("n") >= 0 || !has(this.table.elements, pattern)) {
            return null;
        }
        var place = this.placeOfEntries(parts);
        place.element = this.table.elements[pattern];
        return place;
    };

    /** The arrays that an address goes through and the index it takes in each. */
    Session.prototype.placeOfEntries = function (parts) {
        var place = { indices: [], arrays: [] };
        parts.forEach(function (part, i) {
            if (INDEX.test(part)) {
                place.indices.push(/^0./.test(part) ? Infinity : Number(part)); // 01 is no way to write an index
                place.arrays.push(parts.slice(0, i).join("."));
            }
        });
        return place;
    };

    Session.prototype.patternOf = function (address) {
        return address.replace(TARGET, "{target}").split(".").map(function (part) { return INDEX.test(part) ? "n" : part; }).join(".");
    };

    Session.prototype.put = function (address, place, value) {
        for (var i = 0; i < place.arrays.length; i++) {
            var array = place.arrays[i];
            if (place.indices[i] >= this.count(array)) {
                this.counts[array] = place.indices[i] + 1;
            }
        }
        this.values[address] = value;
    };

    /** Characters of all values. */
    Session.prototype.size = function () {
        var values = this.values;
        return Object.keys(values).reduce(function (sum, address) { return sum + values[address].length; }, 0);
    };

    Session.prototype.count = function (array) {
        return has(this.counts, array) ? this.counts[array] : 0;
    };

    /** The record: what was set or computed, without what the launch gave. */
    Session.prototype.record = function () {
        var cmi = {};
        var self = this;
        Object.keys(this.values).forEach(function (address) {
            if (!self.place(address).element.launch) {
                cmi[address] = self.values[address];
            }
        });
        return { finished: this.state === "after", cmi: cmi };
    };

    /** An asset was shown to the learner: that is all it can do, so it is complete. Content that speaks after all says otherwise. */
    Session.prototype.shown = function () {
        this.table.shown(this);
    };

    // --- the eight functions ------------------------------------------------------------------------------------------------------

    Session.prototype.fail = function (name, detail) {
        this.error = this.table.codes[name] || name;
        this.detail = detail || "";
    };

    Session.prototype.succeed = function () {
        this.error = "0";
        this.detail = "";
    };

    /** False, with the error set, unless the session is running. */
    Session.prototype.running = function (call) {
        if (this.state === "running") {
            return true;
        }
        this.fail(call + (this.state === "before" ? "Before" : "After"), "The session is not open.");
        return false;
    };

    Session.prototype.empty = function (argument) {
        if (argument === "" || argument === undefined || argument === null) {
            return true;
        }
        this.fail("argument", "The argument must be the empty string.");
        return false;
    };

    Session.prototype.initialize = function (argument) {
        if (!this.empty(argument)) {
            return "false";
        }
        if (this.state !== "before") {
            this.fail(this.state === "running" ? "initializedAlready" : "initializeAfter", "The session was opened before.");
            return "false";
        }
        this.state = "running";
        this.succeed();
        return "true";
    };

    Session.prototype.terminate = function (argument) {
        if (!this.empty(argument) || !this.running("terminate")) {
            return "false";
        }
        this.table.finish(this);
        this.state = "after";
        if (!this._commit(true)) {
            this.fail("terminateFailed", "The record could not be stored.");
            return "false";
        }
        this.succeed();
        return "true";
    };

    Session.prototype.commit = function (argument) {
        if (!this.empty(argument) || !this.running("commit")) {
            return "false";
        }
        if (!this._commit(false)) {
            this.fail("commitFailed", "The record could not be stored.");
            return "false";
        }
        this.succeed();
        return "true";
    };

    Session.prototype.getValue = function (argument) {
        if (!this.running("get")) {
            return "";
        }
        var address = String(argument === undefined || argument === null ? "" : argument);
        var keyword = address.slice(address.lastIndexOf(".") + 1);
        if (KEYWORDS[keyword] && address !== keyword) {
            return this.getKeyword(address.slice(0, address.lastIndexOf(".")), keyword);
        }
        var place = this.place(address);
        if (!place) {
            this.unknown(address, "get");
            return "";
        }
        if (!this.mayAccess("r", place)) {
            this.fail("writeOnly", address + " can only be written.");
            return "";
        }
        if (!this.inRange(place, "get")) {
            return "";
        }
        if (place.element.unset && !this.hasValue(address, place.element)) {
            this.fail(place.element.unset, address + " has no value yet.");
            return "";
        }
        this.succeed();
        return this.get(address);
    };

    Session.prototype.getKeyword = function (parent, keyword) {
        var pattern = this.patternOf(parent);
        if (keyword === "_version" && has(this.table.elements, parent + "._version")) {
            this.succeed();
            return this.table.elements[parent + "._version"].initial;
        }
        var isArray = has(this.table.arrays, pattern);
        var known = has(this.table.groups, pattern) || isArray;
        if (keyword === "_children" && known && pattern.slice(-2) !== ".n" && !has(this.table.childless || {}, pattern)) {
            this.succeed();
            return this.table.groups[pattern].join(",");
        }
        if (keyword === "_count" && isArray) {
            if (!this.inRange(this.placeOfEntries(parent.split(".")), "get")) {
                return "";
            }
            this.succeed();
            return String(this.count(parent));
        }
        if (known || has(this.table.elements, pattern)) {
            this.fail(keyword === "_children" ? "noChildren" : keyword === "_count" ? "noCount" : "noVersion", parent + " has no " + keyword + ".");
        } else {
            this.unknown(parent + "." + keyword, "get");
        }
        return "";
    };

    /** False, with the error set, where an index lies behind the end of its array. Writing may add one entry at the end. */
    Session.prototype.inRange = function (place, call) {
        for (var i = 0; i < place.arrays.length; i++) {
            var count = this.count(place.arrays[i]);
            var end = call === "get" || has(this.table.fixed || {}, place.arrays[i]) ? count - 1 : count;
            if (place.indices[i] > end) {
                this.fail(call === "get" ? "getRange" : "setRange", place.arrays[i] + " has " + count + " entries.");
                return false;
            }
        }
        return true;
    };

    Session.prototype.unknown = function (address, call) {
        var reserved = (this.table.reserved || []).some(function (prefix) {
            return address === prefix || address.indexOf(prefix + ".") === 0;
        });
        if (address === "") {
            this.fail(call === "get" ? "emptyGet" : "emptySet", "No element was named.");
        } else {
            this.fail(reserved ? "unimplemented" : "unknown", address + " is not an element of this data model.");
        }
    };

    Session.prototype.setValue = function (argument, given) {
        if (!this.running("set")) {
            return "false";
        }
        var address = String(argument === undefined || argument === null ? "" : argument);
        var value = storable(String(given === undefined || given === null ? "" : given));
        var keyword = address.slice(address.lastIndexOf(".") + 1);
        if (KEYWORDS[keyword] && address !== keyword) {
            var parent = this.patternOf(address.slice(0, address.lastIndexOf(".")));
            if (has(this.table.groups, parent) || has(this.table.elements, parent) || has(this.table.arrays, parent)) {
                this.fail("keyword", keyword + " cannot be set.");
            } else {
                this.unknown(address, "set");
            }
            return "false";
        }
        var place = this.place(address);
        if (!place) {
            this.unknown(address, "set");
            return "false";
        }
        if (!this.mayAccess("w", place)) {
            this.fail("readOnly", address + " can only be read.");
            return "false";
        }
        if (!this.inRange(place, "set")) {
            return "false";
        }
        var entry = place.arrays[0] + "." + place.indices[0];
        for (var i = 0; i < (place.element.needs || []).length; i++) {
            if (!has(this.values, entry + "." + place.element.needs[i])) {
                this.fail("dependency", entry + "." + place.element.needs[i] + " must be set first.");
                return "false";
            }
        }
        var fault = place.element.check && place.element.check(value, this, place.indices, address);
        if (fault) {
            this.fail(fault, "“" + value.slice(0, 80) + "” cannot be the value of " + address + ".");
            return "false";
        }
        if (place.element.normal) {
            value = place.element.normal(value, this, place.indices);
        }
        if (value.length > 1000 && this.size() + value.length > LARGEST) {
            this.fail("full", "All values together may have " + LARGEST + " characters.");
            return "false";
        }
        this.put(address, place, place.element.append ? this.get(address) + value : value);
        this._changed(address);
        this.succeed();
        return "true";
    };

    Session.prototype.getLastError = function () {
        return this.error;
    };

    Session.prototype.getErrorString = function (code) {
        code = String(code === undefined || code === null ? "" : code);
        return has(this.table.errors, code) ? this.table.errors[code] : "";
    };

    Session.prototype.getDiagnostic = function (code) {
        code = String(code === undefined || code === null || code === "" ? this.error : code);
        if (code === this.error && this.detail) {
            return this.detail.slice(0, 255);
        }
        return this.getErrorString(code);
    };

    /** The object that content finds: the eight functions under the standard's names, each usable without `this`. */
    Session.prototype.api = function () {
        var api = {};
        var self = this;
        Object.keys(this.table.methods).forEach(function (name) {
            var method = self.table.methods[name];
            api[name] = function (first, second) {
                return self[method](first, second);
            };
        });
        return api;
    };

    return { tables: {}, Session: Session };
})();

/*
 * For AICC's units, in each of their frames: what they post to the application while their page goes away.
 *
 * Chromium refuses to wait for a request then, sends beacons over HTTP only, and submits no form; a request that it has but to keep alive
 * goes through. A unit that would have heard an answer hears that all is well: it is gone before there is one.
 */
(function () {
    "use strict";

    var LAUNCHER = "/_lms/aicc";
    var TAKEN = "error=0\r\nerror_text=Successful\r\nversion=4.0\r\n";
    var ANSWER = { readyState: 4, status: 200, statusText: "OK", responseText: TAKEN, response: TAKEN };
    var leaving = false;
    var waiting = new WeakMap(); // a request that is to be waited for, and its address

    function isLauncher(address) {
        return new URL(address, document.baseURI).pathname === LAUNCHER;
    }

    function keep(address, body) {
        fetch(address, { method: "POST", keepalive: true, body: body instanceof FormData ? new URLSearchParams(body) : body });
    }

    function goes() {
        leaving = true;
        setTimeout(function () { leaving = false; }, 0); // where the page stays after all
    }

    ["beforeunload", "pagehide", "unload"].forEach(function (name) { addEventListener(name, goes, true); });

    var sendBeacon = navigator.sendBeacon;
    navigator.sendBeacon = function (address, body) {
        if (!isLauncher(address)) {
            return sendBeacon.call(navigator, address, body);
        }
        keep(address, body);
        return true;
    };

    var open = XMLHttpRequest.prototype.open;
    XMLHttpRequest.prototype.open = function (method, address, asynchronous) {
        Object.keys(ANSWER).forEach(function (name) { delete this[name]; }, this);
        waiting.delete(this);
        if (arguments.length > 2 && !asynchronous && isLauncher(address)) {
            waiting.set(this, address);
        }
        return open.apply(this, arguments);
    };

    var send = XMLHttpRequest.prototype.send;
    XMLHttpRequest.prototype.send = function (body) {
        if (!leaving || !waiting.has(this)) {
            send.call(this, body);
            return;
        }
        keep(waiting.get(this), body);
        Object.keys(ANSWER).forEach(function (name) {
            Object.defineProperty(this, name, { configurable: true, value: ANSWER[name] });
        }, this);
        this.dispatchEvent(new Event("readystatechange"));
        this.dispatchEvent(new Event("load"));
    };

    var submit = HTMLFormElement.prototype.submit;
    HTMLFormElement.prototype.submit = function () {
        var address = this.getAttribute("action") || ""; // not this.action: a field may be called so
        if (leaving && isLauncher(address)) {
            keep(address, new FormData(this));
        } else {
            submit.call(this);
        }
    };
})();

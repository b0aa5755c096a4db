"""What does not carry over when a lesson's package is replaced by another version.

A record belongs to an item by its identifier, and is read by the run-time of its standard (``records.resumed_document``). So a new version
keeps everything as long as both stay the same; this says where they do not, before anything is replaced.
"""

from __future__ import annotations

from desktop.i18n import _
from desktop.scorm.manifest import Item, Manifest
from desktop.scorm.report import ImportReport


def compare(old: Manifest, new: Manifest) -> ImportReport:
    """What learners and their records will notice. A problem loses something, a warning changes what counts, a note is good to know.

    Both manifests are what the lesson plays of its package (:meth:`Manifest.part`).
    """
    report = ImportReport()
    if old.standard is not new.standard:
        report.problem(
            "standard",
            "",
            _(
                "The new version is {new}, the old one {old}: what learners have recorded cannot be read by it, and they begin again."
            ).format(new=new.standard.label, old=old.standard.label),
        )
        return report
    before = {item.identifier: item for item in old.default.launchable}
    after = {item.identifier: item for item in new.default.launchable}
    added = {name: item for name, item in after.items() if name not in before}
    for name, item in before.items():
        if name in after:
            _compare_item(item, after[name], report)
            continue
        renamed = next((one for one in added.values() if one.title == item.title or one.launch == item.launch), None)
        if renamed is not None:
            del added[renamed.identifier]
            report.problem(
                "identifier",
                item.title,
                _("Its identifier was “{old}” and is now “{new}”: learners begin it again.").format(old=name, new=renamed.identifier),
            )
        else:
            report.problem("gone", item.title, _("It is no longer there. What learners did in it is kept, but does not count any more."))
    for item in added.values():
        report.warn("new", item.title, _("It is new. Whoever has completed the lesson keeps that; all others must do it, too."))
    return report


def _compare_item(old: Item, new: Item, report: ImportReport) -> None:
    if old.mastery_score != new.mastery_score:
        report.warn(
            "mastery",
            new.title,
            _("The score to pass was {old} and is now {new}. Results that learners have stay as they are.").format(
                old=old.mastery_score or _("not set"), new=new.mastery_score or _("not set")
            ),
        )
    if old.visible and not new.visible:
        report.warn("hidden", new.title, _("It is hidden now, and no longer asked for."))
    elif new.visible and not old.visible:
        report.warn("shown", new.title, _("It was hidden and is asked for now."))
    if old.launch != new.launch:
        report.note("launch", new.title, _("It opens another page; a place that learners left off at may not be found there."))

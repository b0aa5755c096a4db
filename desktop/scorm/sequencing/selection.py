"""Which children are offered, and in which order: SR.1 and SR.2 of the SN book's pseudo-code.

The book leaves open when exactly they run. Here: when the tree is made (``once``), and for ``onEachNewAttempt`` as soon as an attempt has
ended, so that what the next one will offer is settled before anybody looks at the contents.
"""

from __future__ import annotations

from desktop.scorm.sequencing.definition import Timing
from desktop.scorm.sequencing.tree import Activity, ActivityTree


def select_children_process(tree: ActivityTree, activity: Activity) -> None:
    """[SR.1] Take so many of the children, by chance, and keep their order."""
    selection = activity.definition.selection
    if activity.is_leaf or selection.timing is Timing.NEVER or selection.count is None or selection.count >= len(activity.children):
        return
    chosen = set(tree.random.sample(range(len(activity.children)), selection.count))
    activity.available = [child for index, child in enumerate(activity.children) if index in chosen]


def randomize_children_process(tree: ActivityTree, activity: Activity) -> None:
    """[SR.2] Put the available children into an order of chance."""
    selection = activity.definition.selection
    if not activity.is_leaf and selection.randomization is not Timing.NEVER and selection.reorder:
        tree.random.shuffle(activity.available)


def prepare_tree(tree: ActivityTree) -> None:
    """Before the first attempt on the tree."""
    for activity in tree.root.walk_all():
        select_children_process(tree, activity)
        randomize_children_process(tree, activity)


def prepare_next_attempt(tree: ActivityTree, activity: Activity) -> None:
    """Once an attempt on a cluster has ended and is not to be resumed."""
    selection = activity.definition.selection
    if selection.timing is Timing.ON_EACH_NEW_ATTEMPT:
        select_children_process(tree, activity)
    if selection.randomization is Timing.ON_EACH_NEW_ATTEMPT:
        randomize_children_process(tree, activity)

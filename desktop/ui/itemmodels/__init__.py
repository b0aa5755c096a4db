"""Rows for views: a plain list, and lists far too long to hold."""

from desktop.ui.itemmodels.columns import BADGE_ROLE, KEY_ROLE, PERSON_ROLE, ROW_ROLE, SECOND_ROLE, Badge, Column, ColumnsModel
from desktop.ui.itemmodels.rows import RowsModel
from desktop.ui.itemmodels.virtual import KeysetSource, PageSource, VirtualModel

__all__ = [
    "BADGE_ROLE",
    "KEY_ROLE",
    "PERSON_ROLE",
    "ROW_ROLE",
    "SECOND_ROLE",
    "Badge",
    "Column",
    "ColumnsModel",
    "KeysetSource",
    "PageSource",
    "RowsModel",
    "VirtualModel",
]

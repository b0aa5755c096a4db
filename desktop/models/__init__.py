"""The schema as SQLAlchemy classes, a module for each migration. ``server_sql`` is the source of truth; a test finds every difference.

Classes have no relationships: queries say what they join. Their annotations are real objects (no ``from __future__ import annotations``):
SQLAlchemy would evaluate each string by itself, a quarter of the time that importing the models takes.
"""

from desktop.models.assessment import (
    Assignment,
    AssignmentReview,
    AssignmentSubmission,
    AttemptDelivery,
    AttemptQuestion,
    QuestionVersion,
    Quiz,
    QuizAnswer,
    QuizAttempt,
    QuizDraw,
    QuizQuestion,
    Regrade,
)
from desktop.models.assets import Asset, AssetChunk, Chunk, ChunkUpload
from desktop.models.audit import AppliedFile, AuditLog
from desktop.models.base import Base
from desktop.models.certificates import Certificate, CertificateLogEntry, CertificateLogHead, CertificateTemplate, SigningKeyRow
from desktop.models.courses import (
    Course,
    CourseModule,
    Lesson,
    LessonAttachment,
    LessonImport,
    LessonMedia,
    PushOutcome,
    RowClock,
    Tombstone,
)
from desktop.models.learning import (
    CourseCompletion,
    CourseReview,
    Enrollment,
    LessonProgress,
    LiveSession,
    ModuleCompletion,
    ScormAttempt,
    ScormData,
    ScormInteraction,
    ScormObjective,
    ScormSession,
    SessionAttendance,
)
from desktop.models.people import Member, MemberDesignation, MemberLogin, MemberRole, Transaction, Workspace

__all__ = [
    "AppliedFile",
    "Asset",
    "AssetChunk",
    "Assignment",
    "AssignmentReview",
    "AssignmentSubmission",
    "AttemptDelivery",
    "AttemptQuestion",
    "AuditLog",
    "Base",
    "Certificate",
    "CertificateLogEntry",
    "CertificateLogHead",
    "CertificateTemplate",
    "Chunk",
    "ChunkUpload",
    "Course",
    "CourseCompletion",
    "CourseModule",
    "CourseReview",
    "Enrollment",
    "Lesson",
    "LessonAttachment",
    "LessonImport",
    "LessonMedia",
    "LessonProgress",
    "LiveSession",
    "Member",
    "MemberDesignation",
    "MemberLogin",
    "MemberRole",
    "ModuleCompletion",
    "PushOutcome",
    "QuestionVersion",
    "Quiz",
    "QuizAnswer",
    "QuizAttempt",
    "QuizDraw",
    "QuizQuestion",
    "Regrade",
    "RowClock",
    "ScormAttempt",
    "ScormData",
    "ScormInteraction",
    "ScormObjective",
    "ScormSession",
    "SessionAttendance",
    "SigningKeyRow",
    "Tombstone",
    "Transaction",
    "Workspace",
]

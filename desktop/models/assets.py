"""Files in chunks: migration 0006."""

from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from desktop.models.base import Base, Now


class Chunk(Base):
    __tablename__ = "chunks"
    __table_args__ = (
        CheckConstraint("octet_length(hash) = 32", name="chunks_hash_check"),
        CheckConstraint("size BETWEEN 1 AND 1048576", name="chunks_size_check"),
        {"schema": "lms", "comment": "Pieces of assets; each stored once"},
    )

    hash: Mapped[bytes] = mapped_column(primary_key=True)
    size: Mapped[int]
    data: Mapped[bytes]
    created_at: Mapped[Now]


class ChunkUpload(Base):
    __tablename__ = "chunk_uploads"
    __table_args__ = (
        Index("idx_chunk_uploads_member", "member_id", "uploaded_at"),
        {"schema": "lms", "comment": "Who has sent a chunk and so need not send it again"},
    )

    chunk_hash: Mapped[bytes] = mapped_column(ForeignKey("lms.chunks.hash", ondelete="CASCADE"), primary_key=True)
    member_id: Mapped[UUID] = mapped_column(ForeignKey("public.members.id", ondelete="CASCADE"), primary_key=True)
    uploaded_at: Mapped[Now]


class Asset(Base):
    __tablename__ = "assets"
    __table_args__ = (
        CheckConstraint("id ~ '^[0-9a-f]{64}$'", name="assets_id_check"),
        CheckConstraint("size >= 0", name="assets_size_check"),
        {"schema": "lms", "comment": "Files: videos, packages, attachments, certificates, submissions"},
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("public.members.id", ondelete="SET NULL"))
    created_at: Mapped[Now]


class AssetChunk(Base):
    __tablename__ = "asset_chunks"
    __table_args__ = (
        CheckConstraint("ordinal >= 0", name="asset_chunks_ordinal_check"),
        Index("idx_asset_chunks_chunk", "chunk_hash"),
        {"schema": "lms", "comment": "The manifest of an asset: its chunks in order, from 0"},
    )

    asset_id: Mapped[str] = mapped_column(ForeignKey("lms.assets.id", ondelete="CASCADE"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    chunk_hash: Mapped[bytes] = mapped_column(ForeignKey("lms.chunks.hash", ondelete="RESTRICT"))

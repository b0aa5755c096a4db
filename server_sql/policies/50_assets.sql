-- Files: read and written through the functions of functions/70_assets.sql alone.

SELECT lms.protect('lms.chunks', 'lms.chunk_uploads', 'lms.assets', 'lms.asset_chunks');

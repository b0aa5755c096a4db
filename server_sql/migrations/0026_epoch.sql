-- Whether the server has been put back to an earlier state: then everybody's copies know more than it does.

ALTER TABLE lms.workspace ADD COLUMN epoch uuid NOT NULL DEFAULT gen_random_uuid(); -- another after each restore

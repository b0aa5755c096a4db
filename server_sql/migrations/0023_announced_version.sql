-- Which version of the application the association uses, and where it is to be had.

ALTER TABLE lms.workspace
  ADD COLUMN announced_version text CONSTRAINT workspace_announced_version_check CHECK (announced_version ~ '^[0-9]+(\.[0-9]+)*$'),
  ADD COLUMN announced_address text
    CONSTRAINT workspace_announced_address_check CHECK (announced_address ~ '^https://[^/\s]+(/\S*)?$' AND length(announced_address) <= 2000);

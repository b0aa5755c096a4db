"""Where the data lives: workspaces, the embedded server, connections, the schema's installation, and assets."""

"""Before there is a person: choosing a workspace, connecting to one, signing in, waiting for a server that is away."""

"""No answer is lost, whatever dies: real stations in processes of their own, a real server, ``kill -9`` of both, cables that are cut."""

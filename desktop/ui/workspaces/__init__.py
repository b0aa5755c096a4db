"""Before anybody is signed in: which workspace, who, and what is the matter where neither can be answered."""

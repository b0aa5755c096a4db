"""Quizzes and the question bank: what a question is, how it is exchanged with other tools, and what its answers say about it."""

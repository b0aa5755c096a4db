"""Certificates as pages: one, all of them, and is this one genuine?"""
